# SPDX-License-Identifier: Apache-2.0
"""install/database and admin/store, on the distribution's own servers."""

from tests.fresh import pages
from tests.fresh.world import World
from tests.lab.errors import LabError

_CONF = '/etc/nova-ha/nova-ha.conf'
_OPEN = """\
[mysqld]
bind_address = 0.0.0.0
"""


def mariadb(world: World) -> None:
    """A database for all controllers, its tables, and a look at them."""
    ctl1, type_ = world.ctl1, world.keyboard.type
    ctl1.run('apt-get install mariadb-server postgresql sqlite3', 'y\n')
    ctl1.run(
        f"printf '{_OPEN}' >/etc/mysql/mariadb.conf.d/90-open.cnf && "
        'systemctl restart mariadb'
    )
    page = 'install/database'
    ctl1.run(f"cat >sql <<'END'\n{pages.sql(page)}END")
    # The client is opened as the page says; what it is told, too.
    type_(ctl1, page, 'mysql', pages.sql(page) + 'exit\n')
    type_(ctl1, page, 'nova-ha-manage db sync')
    type_(ctl1, page, 'nova-ha-manage db version')


def postgresql(world: World) -> None:
    """The same on PostgreSQL, beside it."""
    ctl1, type_ = world.ctl1, world.keyboard.type
    page = 'install/database'
    type_(
        ctl1,
        page,
        'sudo -u postgres createuser --pwprompt nova_ha',
        'PASSWORD\nPASSWORD\n',
    )
    type_(ctl1, page, 'sudo -u postgres createdb --owner nova_ha nova_ha')
    ctl1.run(
        "echo 'host all all 0.0.0.0/0 scram-sha-256' "
        '>>/etc/postgresql/15/main/pg_hba.conf && '
        'echo "listen_addresses = \'*\'" '
        '>>/etc/postgresql/15/main/postgresql.conf && '
        'systemctl restart postgresql@15-main'
    )
    ctl1.run("/opt/nova-ha/bin/pip install 'nova-ha[postgresql]'")
    text = pages.block(page, 'createdb --owner nova_ha nova_ha')
    ctl1.run(
        f'cp {_CONF} /root/kept && '
        f"sed -i '/^connection/d;/^.database/d' {_CONF} && "
        f"cat >>{_CONF} <<'END'\n\n{text}END"
    )
    type_(ctl1, page, 'nova-ha-manage db sync')
    type_(ctl1, page, 'nova-ha-manage db version')
    ctl1.run(f'cat /root/kept >{_CONF}')


def sqlite(world: World) -> None:
    """admin/store: a backup of the file that one controller has."""
    ctl1 = world.ctl1
    ctl1.run(
        f'cp {_CONF} /root/kept && '
        f"sed -i '/^connection/d;/^.database/d' {_CONF} && "
        'nova-ha-manage db sync'
    )
    world.keyboard.type(
        ctl1,
        'admin/store',
        "sqlite3 /var/lib/nova-ha/nova-ha.sqlite '.backup "
        "/var/backups/nova-ha.sqlite'",
    )
    tables = ctl1.run('sqlite3 /var/backups/nova-ha.sqlite .tables').stdout
    if 'recoveries' not in tables:
        raise LabError(f'the backup has only {tables}')
    ctl1.run(f'cat /root/kept >{_CONF} && rm /var/lib/nova-ha/nova-ha.sqlite*')
