# SPDX-License-Identifier: Apache-2.0
"""A virt driver whose guests are make-believe and outlive nova-compute.

nova's own fake drivers forget their guests when nova-compute ends, so that
nothing which happens at its next start (the destruction of evacuated guests,
above all) could be seen. This one keeps a file a guest, as libvirt keeps
domains, and writes every start and stop of a guest to a journal which all
hosts share. A guest's local disk is a file with what glance holds of its
image; whoever plays the guest writes to it. Runs in the cloud's virtualenv.

Knobs, read at each use from a JSON file: ``spawn_delay`` (seconds),
``spawn_hold`` (true: after the delay every spawn waits until it is not) and
``spawn_fail`` (true: every spawn fails after that).
"""

import json
import os
import pathlib
import shutil
import threading
import time

from nova import exception
from nova.compute import power_state
from nova.compute import task_states
import nova.conf
from nova.image import glance
from nova.virt import fake
from oslo_config import cfg

CONF = nova.conf.CONF
CONF.register_opts(
    [
        cfg.StrOpt('guests_directory', help='One file a guest.'),
        cfg.StrOpt('disks_directory', help='One file a local root disk.'),
        cfg.StrOpt('knobs_file', help='JSON object of knobs.'),
        cfg.StrOpt('journal', help='JSON lines: guests started, stopped.'),
    ],
    group='lab',
)

# A paused guest still holds its memory and its disk: it runs.
_RUNNING = frozenset([power_state.RUNNING, power_state.PAUSED])


class GuestFiles:
    """The guests of this host on disk, and the journal of all hosts.

    A file holds "STATE NAME" and is named after the instance.
    """

    def __init__(self, directory, journal, host):
        self._directory = pathlib.Path(directory)
        self._journal = journal
        self._host = host
        self._lock = threading.Lock()
        self._directory.mkdir(parents=True, exist_ok=True)

    def load(self):
        """All guests: {uuid: (name, state)}."""
        guests = {}
        for path in self._directory.iterdir():
            if path.suffix != '.new':
                state, name = self._read(path.name)
                guests[path.name] = (name, state)
        return guests

    def put(self, uuid, name, state, what):
        """Record that a guest is in this state now, and why."""
        with self._lock:
            self._log_change(uuid, state in _RUNNING, what)
            partial = self._directory / f'{uuid}.new'
            partial.write_text(f'{state} {name}\n')
            partial.replace(self._directory / uuid)

    def remove(self, uuid, what):
        """Record that a guest does not exist any more, and why."""
        with self._lock:
            self._log_change(uuid, False, what)
            (self._directory / uuid).unlink(missing_ok=True)

    def _read(self, uuid):
        text = (self._directory / uuid).read_text()
        state, name = text.split(maxsplit=1)
        return int(state), name.strip()

    def _log_change(self, uuid, runs, what):
        try:
            ran = self._read(uuid)[0] in _RUNNING
        except FileNotFoundError:
            ran = False
        if runs == ran:
            return
        line = json.dumps(
            {
                'time': time.time(),
                'event': 'start' if runs else 'stop',
                'what': what,
                'uuid': uuid,
                'host': self._host,
            }
        )
        # One write to a file opened for appending: whole lines only, though
        # several hosts write at once.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        descriptor = os.open(self._journal, flags, 0o644)
        try:
            os.write(descriptor, f'{line}\n'.encode())
        finally:
            os.close(descriptor)


class LabFakeDriver(fake.FakeDriverWithoutFakeNodes):
    """The fake driver, with a memory."""

    vcpus = 64
    memory_mb = 262144
    local_gb = 10000

    def __init__(self, virtapi, read_only=False):
        super().__init__(virtapi, read_only)
        lab = CONF.lab
        self._guests = GuestFiles(lab.guests_directory, lab.journal, CONF.host)
        self._disks = pathlib.Path(lab.disks_directory)
        self._disks.mkdir(parents=True, exist_ok=True)
        self._images = glance.API()
        for uuid, (name, state) in self._guests.load().items():
            self.instances[uuid] = fake.FakeInstance(name, state, uuid)

    @staticmethod
    def _knobs():
        try:
            return json.loads(pathlib.Path(CONF.lab.knobs_file).read_text())
        except FileNotFoundError:
            return {}

    def _record(self, instance, what):
        guest = self.instances.get(instance.uuid)
        if guest is None:
            self._guests.remove(instance.uuid, what)
        else:
            self._guests.put(instance.uuid, guest.name, guest.state, what)

    def _set_state(self, instance, state, what):
        guest = self.instances.get(instance.uuid)
        if guest is None:
            raise exception.InstanceNotFound(instance_id=instance.uuid)
        guest.state = state
        self._record(instance, what)

    def spawn(self, context, instance, image_meta, *args, **kwargs):
        knobs = self._knobs()
        time.sleep(knobs.get('spawn_delay', 0))
        while self._knobs().get('spawn_hold'):
            time.sleep(0.05)
        if knobs.get('spawn_fail'):
            raise exception.InstanceDeployFailure(
                'the knob spawn_fail of this host is set'
            )
        if instance.image_ref:
            # What the guest finds on its disk is what glance holds.
            self._images.download(
                context, image_meta.id, dest_path=str(self._disk(instance))
            )
        super().spawn(context, instance, image_meta, *args, **kwargs)
        self._record(instance, 'spawn')

    def destroy(
        self,
        context,
        instance,
        network_info,
        block_device_info=None,
        destroy_disks=True,
        destroy_secrets=True,
    ):
        super().destroy(
            context,
            instance,
            network_info,
            block_device_info,
            destroy_disks,
            destroy_secrets,
        )
        if destroy_disks:
            self._disk(instance).unlink(missing_ok=True)
        self._record(instance, 'destroy')

    def snapshot(self, context, instance, image_id, update_task_state):
        """Upload the guest's disk, as libvirt does."""
        update_task_state(task_state=task_states.IMAGE_PENDING_UPLOAD)
        image = self._images.get(context, image_id)
        update_task_state(
            task_state=task_states.IMAGE_UPLOADING,
            expected_state=task_states.IMAGE_PENDING_UPLOAD,
        )
        metadata = {
            'status': 'active',
            'name': image['name'],
            'disk_format': 'raw',
            'container_format': 'bare',
            'properties': {'image_state': 'available'},
        }
        with self._disk(instance).open('rb') as data:
            self._images.update(context, image_id, metadata, data)

    def _disk(self, instance):
        return self._disks / instance.uuid

    def power_off(self, instance, *args, **kwargs):
        super().power_off(instance, *args, **kwargs)
        self._record(instance, 'power-off')

    def power_on(self, context, instance, *args, **kwargs):
        super().power_on(context, instance, *args, **kwargs)
        self._record(instance, 'power-on')

    def finish_revert_migration(self, context, instance, *args, **kwargs):
        super().finish_revert_migration(context, instance, *args, **kwargs)
        self._record(instance, 'finish-revert')

    def migrate_disk_and_power_off(self, context, instance, *args, **kwargs):
        result = super().migrate_disk_and_power_off(
            context, instance, *args, **kwargs
        )
        self._set_state(instance, power_state.SHUTDOWN, 'migrate')
        return result

    def confirm_migration(self, context, migration, instance, network_info):
        """The guest is at its new host; what is left here goes."""
        self.instances.pop(instance.uuid, None)
        self._disk(instance).unlink(missing_ok=True)
        self._record(instance, 'confirm-migration')

    def live_migration(self, context, instance, dest, *args, **kwargs):
        """What is on a local disk moves with the guest."""
        here = self._disk(instance)
        if here.exists():
            there = self._disks.parents[1] / dest / self._disks.name
            shutil.move(here, there / here.name)
        super().live_migration(context, instance, dest, *args, **kwargs)

    def post_live_migration(self, context, instance, *args, **kwargs):
        """It does not run here any more; nova tells the other host next."""
        self.instances.pop(instance.uuid, None)
        self._record(instance, 'live-migration')

    def post_live_migration_at_destination(
        self, context, instance, *args, **kwargs
    ):
        super().spawn(context, instance, None, None, None, None)
        self._record(instance, 'live-migration')

    def unrescue(self, context, instance):
        super().unrescue(context, instance)
        self._record(instance, 'unrescue')

    def pause(self, instance):
        self._set_state(instance, power_state.PAUSED, 'pause')

    def unpause(self, instance):
        self._set_state(instance, power_state.RUNNING, 'unpause')

    def suspend(self, context, instance):
        self._set_state(instance, power_state.SUSPENDED, 'suspend')

    def resume(self, context, instance, network_info, **kwargs):
        self._set_state(instance, power_state.RUNNING, 'resume')
