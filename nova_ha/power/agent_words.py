# SPDX-License-Identifier: Apache-2.0
"""What a fence agent is told, and what its words mean.

Agents agree on the exit status of ``status`` and on little else: any other
failure is 1 and a line of text. So its kind is guessed from the words, which
are shown whatever was guessed.
"""

from collections.abc import Mapping
import re
from typing import Any

#: Parameters that are secret, under all the names that agents give them.
SECRETS = (
    'access_key',
    'apikey',
    'community',
    'hexadecimal_kg',
    'passwd',
    'password',
    'secret_key',
    'snmp-priv-passwd',
    'snmp_priv_passwd',
    'token',
)
#: The first that is found counts.
_KINDS: tuple[tuple[str, str], ...] = (
    ('hmac is invalid', 'password'),
    ('unauthorized name', 'user'),
    (
        'role or privilege|insufficient privilege|correct privileges',
        'privilege',
    ),
    ('invalid integrity check', 'kg'),
    ('in open session response', 'device'),
    ('timed out waiting to power', 'unfinished'),
    (r'login|password|authenti|unauthori[sz]ed|\b401\b', 'login'),
    (r'tim(ed|e)[ -]?out|unable to (connect|establish)', 'silent'),
    ('connection|unreachable|no route|resolve|name or service', 'silent'),
)
_STAMP = re.compile(r'^[\d-]{10} [\d:,.]+ ')
_LEVEL = re.compile(r'^(ERROR|WARNING|CRITICAL|DEBUG|INFO):(root:)? *')
_IGNORED = re.compile(r'[Ii]gnoring unknown option \'([^=\']+)')
#: Said beside the reason, and no reason.
_IDLE = re.compile(r'^((\w+: *)?Please use \'-h\'|Traceback |  )')
#: Steps and details that agents tell when asked to.
_DETAIL = re.compile(r'^(DEBUG|INFO):')


def lines(action: str, parameters: Mapping[str, Any]) -> str:
    """Return the agent's standard input."""
    given = {**parameters, 'action': action}
    return ''.join(f'{key}={_plain(value)}\n' for key, value in given.items())


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return '1' if value else '0'
    text = str(value)
    # Agents cut blanks off, and one pair of quotes.
    if text != text.strip() or (text[:1] == '"' == text[-1:]):
        return f'"{text}"'
    return text


def kind(words: str) -> str:
    """Return what sort of failure these words tell."""
    for pattern, found in _KINDS:
        if re.search(pattern, words, re.IGNORECASE):
            return found
    return 'device'


def ignored(err: str) -> list[str]:
    """Return the parameters that the agent says it does not know."""
    return list(dict.fromkeys(_IGNORED.findall(err)))


def summary(
    out: str, err: str, parameters: Mapping[str, Any], details: bool = False
) -> str:
    """Return the agent's words as one line, without secrets.

    :param details: with what it tells only when asked to be verbose.
    """
    said = [
        line
        for text in (err, out)
        for line in _said(text)
        if details or not _DETAIL.match(line)
    ]
    words = '; '.join(
        dict.fromkeys(_LEVEL.sub('', line).strip() for line in said)
    )
    return _masked(words, parameters) or 'it said nothing'


def _said(text: str) -> list[str]:
    stripped = (_STAMP.sub('', line.rstrip()) for line in text.splitlines())
    return [line for line in stripped if line and not _IDLE.match(line)]


def _masked(words: str, parameters: Mapping[str, Any]) -> str:
    """Hide secrets, and all that an agent echoes of a parameter's line."""
    for name, value in parameters.items():
        if name in SECRETS and str(value):
            words = words.replace(str(value), '***')
        words = re.sub(rf'\b{re.escape(name)}=[^\';]*', f'{name}=***', words)
    return words
