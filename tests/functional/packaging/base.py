# SPDX-License-Identifier: Apache-2.0
"""Builds the distribution and installs it, once for all tests."""

import atexit
import functools
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parents[3]
CONSTRAINTS = ROOT / 'constraints.txt'
EXTRAS = ('mysql', 'postgresql', 'redfish')
SECONDS = 600
"""For a package index that is slow."""

BY_PIP = os.environ.get('TOX_RUNNER') == 'virtualenv'
"""As tox.ini has it: which program's settings name the package index."""


UV = (sys.executable, '-m', 'uv')


@functools.cache
def directory():
    """Where it all is, until the tests are over; open to every user."""
    path = pathlib.Path(tempfile.mkdtemp(prefix='nova-ha-dist-'))
    path.chmod(0o755)
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def run(*command, **more):
    done = subprocess.run(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
        **{'cwd': ROOT, **more},
    )
    assert done.returncode == 0, f'{command}:\n{done.stdout}'
    return done.stdout


@functools.cache
def clone():
    """A git clone of the tree, with what has yet to be committed."""
    path = directory() / 'clone'
    run('git', 'clone', '--quiet', ROOT, path)
    changed = run('git', 'diff', 'HEAD', '--binary')
    if changed:
        patch = directory() / 'patch'
        patch.write_text(changed)
        run('git', 'apply', '--index', patch, cwd=path)
    return path


def build(source, name, *kinds):
    """Build it; return the directory with what was made."""
    made = directory() / name
    installer = 'pip' if BY_PIP else 'uv'
    run(
        *(sys.executable, '-m', 'build', '--installer', installer),
        *(*kinds, '--outdir', made, source),
    )
    return made


@functools.cache
def built():
    """What `python -m build` makes of a clone: the wheel is of the sdist."""
    return build(clone(), 'dist')


def wheel():
    [path] = built().glob('*.whl')
    return path


def sdist():
    [path] = built().glob('*.tar.gz')
    return path


def version():
    """As the name of the wheel has it."""
    return wheel().name.split('-')[1]


@functools.cache
def python():
    """One that every user can run, if there is one."""
    system = '/usr/bin/python3'
    recent = 'import sys, venv; sys.exit(sys.version_info < (3, 11))'
    found = shutil.which(system) and subprocess.run(
        [system, '-c', recent], check=False, capture_output=True
    )
    good = found and found.returncode == 0
    # pip comes into a venv by ensurepip, which Debian has apart.
    return sys.executable if BY_PIP or not good else system


def environment(name, *requirements):
    """Make a virtual environment with these, and what they require."""
    path = directory() / name
    if BY_PIP:
        run(python(), '-m', 'venv', path)
        command = [path / 'bin/python', '-m', 'pip', 'install', '--quiet']
    else:
        run(*UV, 'venv', '--quiet', '--python', python(), path)
        command = [*UV, 'pip', 'install', '--quiet']
        command += ['--python', path / 'bin/python']
    run(*command, '--constraint', CONSTRAINTS, *requirements)
    return path


@functools.cache
def installed():
    """The wheel with all that is its own, in an environment of its own."""
    return environment('venv', f'{wheel()}[{",".join(EXTRAS)}]')
