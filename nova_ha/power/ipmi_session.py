# SPDX-License-Identifier: Apache-2.0
"""One pyghmi session with one BMC, in a process that has no other.

Only pyghmi's session is used, not ``pyghmi.ipmi.command``: that takes four
times as long to import (inventory, sensors, consoles), asks the BMC what
vendor it is before each action, and looks only once a second whether a
power-off has happened.
"""

from collections.abc import Mapping
import dataclasses
import struct
import time
from typing import Any

from pyghmi import exceptions
from pyghmi.ipmi.private import session

from nova_ha.power.switching import Failure

#: Seconds until pyghmi is made to look for an answer again.
LOOK = 0.02
#: Seconds a login may take; pyghmi gives a silent BMC up after about five,
#: but tries for ever with one that falls silent in the middle of it.
LOGIN = 6.0
#: How often, and how many seconds each, an answer to the close is waited for.
CLOSE_TRIES = 2
CLOSE_WAIT = 0.25

CHASSIS = 0x00
APPLICATION = 0x06
GET_CHASSIS_STATUS = 0x01
CHASSIS_CONTROL = 0x02
CLOSE_SESSION = 0x3C
POWER_DOWN = 0
POWER_UP = 1

INSUFFICIENT_PRIVILEGE = 0xD4
TIMED_OUT = 0xFFFF
PRIVILEGES = {'operator': 3, 'administrator': 4}


@dataclasses.dataclass(frozen=True, slots=True)
class Login:
    """Where and as whom to log in.

    :ivar privilege: None lets pyghmi take administrator or, where that is
        refused, operator.
    """

    address: str
    port: int
    user: str
    password: str = dataclasses.field(repr=False)
    privilege: str | None = None
    kg: str | None = dataclasses.field(default=None, repr=False)


class _Session(session.Session):  # type: ignore[misc]
    """pyghmi's, but not sleeping through answers.

    pyghmi's own ``awaitresponse`` goes to sleep without looking whether the
    answer has come since the request was sent. A quick BMC's answer is then
    noticed only when the packet's retry timer ends, up to 1 s later: on a
    busy machine every tenth read was (46 of 400; pyghmi 1.6.19, two cores,
    three busy processes), with this one none.
    """

    #: Monotonic time at which waiting for any answer ends.
    end = float('inf')
    #: Packets that came from the BMC, whatever was in them.
    heard = 0

    def awaitresponse(self, retry: bool, netfn: int, command: int) -> None:
        while retry and not self.broken and not self._got(netfn, command):
            if time.monotonic() > self.end:
                raise Failure('silent', 'no answer within the time there was')
            session.Session.wait_for_rsp(timeout=LOOK)

    def process_pktqueue(self) -> None:
        self.heard += len(self.pktqueue)
        super().process_pktqueue()

    def _got(self, netfn: int, command: int) -> bool:
        response = self.lastresponse
        if response is None:
            return False
        # A response without a command is pyghmi's own: it has timed out.
        return 'command' not in response or (
            response['netfn'] == netfn and response['command'] == command
        )


class Bmc:
    """A BMC that we are logged in at.

    :param end: monotonic time at which it must be over.
    :raises Failure: the BMC does not let us in.
    """

    def __init__(self, login: Login, end: float) -> None:
        outcome: dict[str, Any] = {}
        self._session = _Session(
            bmc=login.address,
            userid=login.user,
            password=login.password,
            port=login.port,
            kg=login.kg,
            privlevel=PRIVILEGES.get(login.privilege or ''),
            onlogon=outcome.update,
            keepalive=False,
        )
        self._session.end = end
        end = min(end, time.monotonic() + LOGIN)
        while not outcome and time.monotonic() < end:
            session.Session.wait_for_rsp(timeout=LOOK)
        if 'success' not in outcome:
            failure = _login_failure(self._session, outcome)
            self.close()
            raise failure
        # No second login inside a command: pyghmi would wait for itself.
        # Whoever wants another try starts over.
        self._session.logontries = 0

    @property
    def privilege(self) -> str:
        """The privilege that the BMC has granted."""
        names = {level: name for name, level in PRIVILEGES.items()}
        return names.get(self._session.privlevel, '')

    def is_on(self) -> bool:
        """Ask the BMC, now, whether the chassis has power.

        :raises Failure: it gave no usable answer.
        """
        response = self._command('power read', GET_CHASSIS_STATUS)
        data = response.get('data', b'')
        if len(data) < 3:
            raise Failure(
                'device', f'power read: {len(data)} bytes instead of 3 or 4'
            )
        return bool(data[0] & 1)

    def power_down(self) -> None:
        """Have the power cut, without asking the operating system.

        :raises Failure: the BMC did not accept it.
        """
        self._command('power-off', CHASSIS_CONTROL, POWER_DOWN)

    def power_up(self) -> None:
        """Have the host switched on.

        :raises Failure: the BMC did not accept it.
        """
        self._command('power-on', CHASSIS_CONTROL, POWER_UP)

    def close(self) -> None:
        """Log out: BMCs have few sessions and keep lost ones for a minute.

        pyghmi's own logout sends one packet and forgets; here its answer is
        awaited, and it is sent again, lest a lost packet leave a session.
        """
        pyghmi = self._session
        if pyghmi.sessioncontext != 'ESTABLISHED':
            return
        # pyghmi takes a session whose privilege was refused for closed, and
        # waits for the end of a command that we have given up.
        pyghmi.logged = 1
        pyghmi.incommand = False
        pyghmi.lastpayload = None
        for _ in range(CLOSE_TRIES):
            pyghmi.raw_command(
                netfn=APPLICATION,
                command=CLOSE_SESSION,
                data=struct.pack('<I', pyghmi.sessionid),
                retry=False,
            )
            end = min(time.monotonic() + CLOSE_WAIT, pyghmi.end)
            while not pyghmi.broken and time.monotonic() < end:
                session.Session.wait_for_rsp(timeout=LOOK)
                if pyghmi.lastresponse is not None:
                    return

    def _command(
        self, what: str, command: int, *data: int
    ) -> Mapping[str, Any]:
        response: Mapping[str, Any]
        try:
            response = self._session.raw_command(
                netfn=CHASSIS, command=command, data=data
            )
        except exceptions.IpmiException:
            # All that pyghmi means by it here; an error code is no exception.
            response = {'code': TIMED_OUT}
        code = response.get('code', 0)
        if not code and 'error' not in response:
            return response
        text = f'{what}: {response.get("error", "no reason given")}'
        if code == TIMED_OUT:
            raise Failure('silent', f'{what}: fell silent after the login')
        if code == INSUFFICIENT_PRIVILEGE:
            raise Failure('privilege', text)
        raise Failure('device', f'{text} (completion code {code:#04x})')


def _login_failure(pyghmi: _Session, outcome: Mapping[str, Any]) -> Failure:
    """Tell from where the login stopped, and from pyghmi's words, why."""
    # pyghmi adds "while requesting privelege level 3 for b'admin'".
    text = str(outcome.get('error', 'timeout')).partition(' while ')[0]
    context = pyghmi.sessioncontext
    if text.startswith('timeout') and not context and pyghmi.heard:
        return Failure('device', f'{pyghmi.heard} packets, none of them IPMI')
    if text.startswith('timeout'):
        return Failure('silent', _SILENT.get(context, 'no answer at all'))
    for words, kind in _KINDS_BY_WORDS:
        if words in text:
            return Failure(kind, text)
    return Failure(_KINDS_BY_CONTEXT.get(context, 'device'), text)


#: Parts of pyghmi's own texts; the rest is told by the step that failed.
_KINDS_BY_WORDS = (
    ('Insufficient resources', 'device'),
    ('Kg', 'kg'),
    ('role', 'privilege'),
)
_KINDS_BY_CONTEXT = {
    'FAILED': 'password',
    'EXPECTINGRAKP2': 'user',
    'EXPECTINGRAKP4': 'user',
    'ESTABLISHED': 'privilege',
}
_SILENT = {
    'OPENSESSION': 'it answers, but opens no session',
    'EXPECTINGRAKP2': 'it fell silent when told the user; some BMCs do that '
    'when they do not know the user',
    'EXPECTINGRAKP4': 'it fell silent in the middle of the login',
    'ESTABLISHED': 'it fell silent right after the login',
}
