# SPDX-License-Identifier: Apache-2.0
"""One sushy connection with one Redfish service, in a process of its own.

sushy tries requests again by itself, with pauses, and waits a minute for each
answer. Here each request is sent once and has what time is left; trying
again is :mod:`.retry`'s business.
"""

from collections.abc import Iterator
import contextlib
import dataclasses
import pathlib
import time
from typing import Any

import sushy
from sushy import auth as sushy_auth
from sushy import connector
from sushy import exceptions

from nova_ha.power.switching import Failure

#: Seconds until a BMC is given up that accepts no connection.
CONNECT = 5.0
#: Seconds a logout may take.
LOGOUT = 0.5
#: Seconds; a request with less left is not sent.
LEAST = 0.01

#: A machine in any of these uses power or is about to.
NOT_OFF = ('On', 'PoweringOn', 'PoweringOff', 'Paused')
UNAUTHORIZED = 401


@dataclasses.dataclass(frozen=True, slots=True)
class Login:
    """Where and as whom to log in.

    :ivar system_id: path of the system; None means the only one.
    :ivar auth: ``basic``, or ``session`` for one that is closed at the end.
    :ivar verify_ca: whether to check the certificate; a path: by which
        authorities.
    """

    address: str
    port: int
    user: str
    password: str = dataclasses.field(repr=False)
    scheme: str = 'https'
    verify_ca: bool | str = True
    auth: str = 'basic'
    system_id: str | None = None

    @property
    def url(self) -> str:
        """Return the address of the service."""
        host = f'[{self.address}]' if ':' in self.address else self.address
        return f'{self.scheme}://{host}:{self.port}'


class _Connector(connector.Connector):  # type: ignore[misc]
    """sushy's, with one end for all requests and no second tries.

    :ivar end: monotonic time at which waiting for any answer ends.
    """

    def __init__(self, login: Login, end: float) -> None:
        super().__init__(
            login.url,
            verify=login.verify_ca,
            # 0 would mean sushy's own default: three tries.
            server_side_retries=1,
            server_side_retries_delay=LEAST,
        )
        self.end = end
        # No proxy and no login from the environment or a .netrc.
        self._session.trust_env = False

    def _op(self, method: str, path: str = '', **arguments: Any) -> Any:
        left = self.end - time.monotonic()
        if left < LEAST:
            raise Failure('silent', 'no answer within the time there was')
        arguments |= {
            'timeout': (min(CONNECT, left), left),
            'server_side_retries_left': 0,
        }
        return super()._op(method, path, **arguments)


class Bmc:
    """A system of a Redfish service that we are logged in at.

    :param end: monotonic time at which it must be over.
    :raises Failure: the BMC does not let us in.
    """

    #: Redfish does not tell it.
    privilege = ''

    def __init__(self, login: Login, end: float) -> None:
        _require_authority(login.verify_ca)
        kinds = {
            'basic': sushy_auth.BasicAuth,
            'session': sushy_auth.SessionAuth,
        }
        self._auth = kinds[login.auth](login.user, login.password)
        self._connector = _Connector(login, end)
        try:
            with _told():
                root = sushy.Sushy(
                    login.url, auth=self._auth, connector=self._connector
                )
            with _told(missing='system'):
                self._system = root.get_system(login.system_id)
        except Failure:
            self.close()
            raise

    def is_on(self) -> bool:
        """Ask the BMC, now, for the system's power state.

        :raises Failure: it gave no usable answer.
        """
        with _told():
            self._system.refresh(force=True)
            state = self._system.json.get('PowerState')
        if state in NOT_OFF:
            return True
        if state != 'Off':
            raise Failure('device', f'the power state is {state!r}')
        return False

    def power_down(self) -> None:
        """Have the power cut, without asking the operating system.

        :raises Failure: the BMC did not accept it.
        """
        with _told():
            self._system.reset_system(sushy.ResetType.FORCE_OFF)

    def power_up(self) -> None:
        """Have the host switched on.

        :raises Failure: the BMC did not accept it.
        """
        with _told():
            self._system.reset_system(sushy.ResetType.ON)

    def close(self) -> None:
        """Log out: a BMC has few sessions."""
        self._connector.end = time.monotonic() + LOGOUT
        with contextlib.suppress(Failure, exceptions.SushyError):
            self._auth.close()
        self._connector.close()


def _require_authority(verify_ca: bool | str) -> None:
    if isinstance(verify_ca, str) and not pathlib.Path(verify_ca).exists():
        raise Failure('certificate', f'there is no file {verify_ca}')


@contextlib.contextmanager
def _told(missing: str = 'device') -> Iterator[None]:
    """Turn sushy's exceptions into failures.

    :param missing: the kind of failure if what was asked for is not there.
    """
    try:
        yield
    except exceptions.AccessError as error:
        kind = 'login' if error.status_code == UNAUTHORIZED else 'privilege'
        raise Failure(kind, _answer(error)) from None
    except exceptions.ResourceNotFoundError as error:
        raise Failure(missing, _answer(error)) from None
    except exceptions.HTTPError as error:
        raise Failure('device', _answer(error)) from None
    except exceptions.ConnectionError as error:
        raise _unconnected(error) from None
    except exceptions.UnknownDefaultError as error:
        raise Failure('system', str(error)) from None
    except exceptions.SushyError as error:
        raise Failure('device', str(error)) from None
    except ValueError as error:
        # What is no JSON.
        text = f'not understood ({type(error).__name__}: {error})'
        raise Failure('device', text) from None


def _answer(error: exceptions.HTTPError) -> str:
    """Return what the BMC said, in one line."""
    detail = str(error.detail or 'no reason given')
    return f'{" ".join(detail.split())} (HTTP {error.status_code})'


def _unconnected(error: BaseException) -> Failure:
    """Tell from what lies beneath a failed request what became of it."""
    causes = list(_causes(error))
    names = {type(cause).__name__ for cause in causes}
    text = getattr(causes[-1], 'strerror', None) or str(causes[-1])
    if 'SSLCertVerificationError' in names:
        reason = getattr(causes[-1], 'verify_message', text)
        return Failure('certificate', f'its certificate: {reason}')
    if 'SSLError' in names:
        return Failure('device', f'no TLS connection: {text}')
    if 'ConnectTimeout' in names:
        return Failure('silent', 'no connection in time')
    if names & {'ReadTimeout', 'TimeoutError'}:
        return Failure('silent', 'connected, but no answer in time')
    if names & {'BadStatusLine', 'LineTooLong', 'ChunkedEncodingError'}:
        return Failure('device', f'no HTTP: {text[:40]!r}')
    return Failure('silent', text)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and what it was raised for, down to the bottom."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__
