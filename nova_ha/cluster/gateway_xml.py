# SPDX-License-Identifier: Apache-2.0
"""Reads Pacemaker's XML; says which command gave what cannot be read."""

from xml.etree import ElementTree as ET

from nova_ha.recovery import errors

EXCERPT = 200
"""How much of an answer is quoted, in characters."""


def parse(text: str, command: str, root: tuple[str, ...]) -> ET.Element:
    """Return the root element.

    :param root: names that it may have.
    :raises ClusterError: it is no XML, or another document.
    """
    try:
        # Pacemaker's own words, from a program that root runs: no stranger
        # has a hand in them.
        document = ET.fromstring(text)  # noqa: S314
    except ET.ParseError as error:
        raise not_understood(command, f'{error}: {_excerpt(text)}') from None
    if document.tag not in root:
        raise not_understood(command, f'<{document.tag}> is not expected')
    return document


def get(element: ET.Element, name: str, command: str) -> str:
    """Return an attribute that must be there.

    :raises ClusterError: it is not.
    """
    value = element.get(name)
    if value is None:
        raise not_understood(command, f'<{element.tag}> has no {name}')
    return value


def flag(element: ET.Element, name: str, command: str) -> bool:
    """Return whether an attribute that must be there says true.

    :raises ClusterError: it is not there or is neither true nor false.
    """
    value = get(element, name, command)
    if value not in ('true', 'false'):
        raise not_understood(command, f'{name}={value!r} in <{element.tag}>')
    return value == 'true'


def not_understood(command: str, why: str) -> errors.ClusterError:
    """Return the error that says so."""
    return errors.ClusterError(
        f'the answer of {command} cannot be understood: {why}. nova-ha was '
        'tried with Pacemaker 2.1; is this another release?'
    )


def _excerpt(text: str) -> str:
    return repr(text[:EXCERPT])
