# SPDX-License-Identifier: Apache-2.0
"""Certificates, made by openssl for this test alone."""

import pathlib
import subprocess

KEY = ('-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1')


class Authority:
    """Signs certificates; its own is ``ca.pem`` in the directory."""

    def __init__(self, directory: pathlib.Path, name: str = 'ca') -> None:
        self.directory = directory
        self.name = name
        self.certificate = directory / f'{name}.pem'
        self._key = directory / f'{name}.key'
        openssl(
            *('req', '-x509', *KEY, '-nodes', '-days', '1'),
            *('-subj', f'/CN=authority {name}'),
            *('-keyout', self._key, '-out', self.certificate),
        )

    def sign(self, name: str) -> tuple[pathlib.Path, pathlib.Path]:
        """Return the files of a certificate for loopback, and of its key."""
        certificate = self.directory / f'{name}.pem'
        key = self.directory / f'{name}.key'
        openssl(
            *('req', '-x509', *KEY, '-nodes', '-days', '1'),
            *('-CA', self.certificate, '-CAkey', self._key),
            *('-subj', f'/CN={name}'),
            *('-addext', 'subjectAltName=IP:127.0.0.1'),
            *('-addext', 'basicConstraints=critical,CA:FALSE'),
            *('-keyout', key, '-out', certificate),
        )
        return certificate, key


def openssl(*arguments: object) -> None:
    """Run openssl to its end."""
    subprocess.run(
        ['openssl', *map(str, arguments)],
        check=True,
        capture_output=True,
        timeout=60,
    )
