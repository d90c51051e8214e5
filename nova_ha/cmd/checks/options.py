# SPDX-License-Identifier: Apache-2.0
"""What the configuration files say that nobody reads, or soon will not."""

from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
import difflib
import pathlib
from typing import Any
from typing import TypeAlias

from keystoneauth1 import exceptions as ks_exceptions
from keystoneauth1 import loading
from oslo_config import cfg
from stevedore import named

from nova_ha import conf as our_options
from nova_ha.cmd.checks.findings import Findings
from nova_ha.cmd.checks.findings import Result
from nova_ha.conf import opts as our_opts

#: By group and name.
Place: TypeAlias = tuple[str, str]
Sections: TypeAlias = Mapping[str, Mapping[str, object]]


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """The options that are read, and the names they had before."""

    options: Mapping[Place, cfg.Opt]
    earlier: Mapping[Place, Place]

    def remark(self, place: Place) -> str:
        """Return what is to be said of an option in a file; '' if nothing."""
        if place in self.earlier:
            return f'is now {_shown(self.earlier[place])}: rename it'
        option = self.options.get(place)
        if option is None:
            return self._unknown(place)
        if option.deprecated_for_removal:
            reason = option.deprecated_reason or 'it will be removed'
            return f'is deprecated ({reason.rstrip(".")}): remove it'
        return ''

    def _unknown(self, place: Place) -> str:
        group, name = place
        names = [n for g, n in self.options if g == group]
        if not names:
            return 'is in a section that nobody reads: misspelt, or removed'
        near = difflib.get_close_matches(name, names, n=1)
        hint = f', did you mean {near[0]}?' if near else ''
        return f'is read by nobody: misspelt, or removed{hint}'


def check(conf: cfg.ConfigOpts) -> Result:
    """See that the files are there, and hold what is read, and is right."""
    findings = Findings()
    files = files_of(conf)
    if not files:
        findings.fail(
            'there is no configuration file: make /etc/nova-ha/nova-ha.conf, '
            'or name one with --config-file'
        )
    try:
        our_options.check(conf)
    except cfg.Error as error:
        findings.fail(f'{error}: correct it, the fencer does not start')
    for file in files:
        sections = parse(file)
        known = known_to(sections)
        for place in _places(sections):
            if remark := known.remark(place):
                findings.warn(f'{file}: {_shown(place)} {remark}')
    return findings.result(
        f'{", ".join(map(str, files))}: every option is known and right'
    )


def files_of(conf: cfg.ConfigOpts) -> list[pathlib.Path]:
    """Return the files that were read, in the order in which they count."""
    files = [pathlib.Path(file) for file in conf.config_file or ()]
    for directory in conf.config_dir or ():
        files += sorted(pathlib.Path(directory).glob('*.conf'))
    return files


def holds_secret(file: pathlib.Path) -> bool:
    """Whether a file gives an option that is a secret."""
    sections = parse(file)
    options = known_to(sections).options
    return any(
        place in options and options[place].secret
        for place in _places(sections)
    )


def parse(file: pathlib.Path) -> Sections:
    """Return the sections of a file that oslo.config has read already."""
    sections: dict[str, dict[str, object]] = {}
    cfg.ConfigParser(str(file), sections).parse()
    return sections


def known_to(sections: Sections) -> Known:
    """Return every option that is read of a file with these sections."""
    options: dict[Place, cfg.Opt] = {}
    earlier: dict[Place, Place] = {}
    for group, option in (*_listed(), *_of_plugins(sections)):
        place = (group, _plain(option.name))
        options[place] = option
        for old in option.deprecated_opts:
            name = _plain(old.name or option.name)
            earlier[old.group or group, name] = place
    # A name may have been reused.
    now = {old: new for old, new in earlier.items() if old not in options}
    return Known(options, now)


def _listed() -> Iterator[tuple[str, cfg.Opt]]:
    """Yield what our own modules and the libraries list."""
    manager: named.NamedExtensionManager[Any] = named.NamedExtensionManager(
        'oslo.config.opts',
        our_opts.NAMESPACES,
        warn_on_missing_entrypoint=False,
    )
    for extension in manager:
        for group, options in extension.plugin():
            name = group.name if isinstance(group, cfg.OptGroup) else group
            for option in options:
                yield name or 'DEFAULT', option


def _of_plugins(sections: Sections) -> Iterator[tuple[str, cfg.Opt]]:
    """Yield the options of the auth plugins that the file chooses."""
    named_by_others = {
        str(_last(section['auth_section']))
        for section in sections.values()
        if 'auth_section' in section
    }
    for group, section in sections.items():
        if 'auth_type' not in section and group not in named_by_others:
            continue
        for option in loading.get_auth_common_conf_options():
            yield group, option
        try:
            for option in loading.get_auth_plugin_conf_options(
                str(_last(section.get('auth_type', 'password')))
            ):
                yield group, option
        except ks_exceptions.NoMatchingPlugin:
            # Told by whoever wants to log in.
            continue


def _last(values: object) -> object:
    """Return what counts of an option that may be given several times."""
    return values[-1] if isinstance(values, list) else values


def _places(sections: Sections) -> Iterator[Place]:
    for group, section in sections.items():
        for name in section:
            yield group, _plain(name)


def _plain(name: str) -> str:
    return name.replace('-', '_')


def _shown(place: Place) -> str:
    return f'[{place[0]}] {place[1]}'
