# SPDX-License-Identifier: Apache-2.0

import ast
import textwrap
import unittest

from nova_ha.hacking import checks


def breaches(source, filename):
    """Return what the checks find, as ['NH301:2', ...]."""
    source = textwrap.dedent(source)
    plugin = checks.SafetyChecks(
        ast.parse(source), filename, source.splitlines(keepends=True)
    )
    return [f'{text.split()[0]}:{line}' for line, _, text, _ in plugin.run()]


class SleepTest(unittest.TestCase):
    SOURCE = """
        import time
        time.sleep(1)
    """

    def test_found_in_the_service(self):
        self.assertEqual(
            ['NH301:3'], breaches(self.SOURCE, './nova_ha/power/ipmi.py')
        )

    def test_found_in_a_unit_test(self):
        self.assertEqual(
            ['NH301:3'], breaches(self.SOURCE, 'tests/unit/test_x.py')
        )

    def test_allowed_in_the_lab(self):
        self.assertEqual([], breaches(self.SOURCE, 'tests/lab/cloud.py'))

    def test_found_under_another_name(self):
        source = """
            import time as clock
            from time import sleep as nap
            clock.sleep(1)
            retry(nap)
        """
        self.assertEqual(
            ['NH301:4', 'NH301:5'], breaches(source, 'nova_ha/x.py')
        )

    def test_a_sleep_of_somebody_else_is_no_sleep(self):
        self.assertEqual([], breaches('self.sleep(1)\n', 'nova_ha/x.py'))

    def test_words_in_a_string_are_no_sleep(self):
        self.assertEqual([], breaches("'time.sleep(1)'\n", 'nova_ha/x.py'))


class ClockTest(unittest.TestCase):
    SOURCE = """
        import datetime
        import time
        from datetime import datetime as dt
        datetime.datetime.now(datetime.UTC)
        time.time()
        dt.utcnow()
    """

    def test_found_in_the_heart_and_in_the_engine(self):
        for package in ('recovery', 'engine'):
            with self.subTest(package):
                self.assertEqual(
                    ['NH302:5', 'NH302:6', 'NH302:7'],
                    breaches(self.SOURCE, f'nova_ha/{package}/x.py'),
                )

    def test_allowed_elsewhere(self):
        self.assertEqual([], breaches(self.SOURCE, 'nova_ha/db/store.py'))

    def test_a_clock_may_be_the_default_of_an_argument(self):
        source = """
            import time
            def until(seconds, clock=time.monotonic):
                return clock() + seconds
        """
        self.assertEqual([], breaches(source, 'nova_ha/engine/x.py'))

    def test_a_tree_that_lies_below_a_folder_called_nova_ha(self):
        self.assertEqual(
            ['NH302:5', 'NH302:6', 'NH302:7'],
            breaches(self.SOURCE, '/home/me/nova_ha/nova_ha/engine/x.py'),
        )


class ConfTest(unittest.TestCase):
    def test_found_as_an_attribute(self):
        source = """
            from oslo_config import cfg
            CONF = cfg.CONF
        """
        self.assertEqual(['NH303:3'], breaches(source, 'nova_ha/conf/x.py'))

    def test_found_as_an_import(self):
        source = 'from oslo_config.cfg import CONF\nCONF.debug\n'
        self.assertEqual(['NH303:1'], breaches(source, 'nova_ha/db/x.py'))

    def test_allowed_where_the_program_is_assembled(self):
        source = 'import oslo_config.cfg\noslo_config.cfg.CONF\n'
        for package in ('cmd', 'wsgi'):
            with self.subTest(package):
                self.assertEqual(
                    [], breaches(source, f'nova_ha/{package}/x.py')
                )

    def test_an_own_instance_is_no_global(self):
        source = 'from oslo_config import cfg\ncfg.ConfigOpts()\n'
        self.assertEqual([], breaches(source, 'nova_ha/conf/x.py'))


class CatchAllTest(unittest.TestCase):
    def handler(self, line):
        source = f'try:\n    act()\n{line}\n    pass\n'
        return breaches(source, 'nova_ha/x.py')

    def test_found_without_a_reason(self):
        for line in (
            'except:',
            'except Exception:',
            'except BaseException as e:',
            'except (ValueError, Exception):',
            'except Exception:  # noqa: BLE001',
            'except Exception:  #',
        ):
            with self.subTest(line):
                self.assertEqual(['NH304:3'], self.handler(line))

    def test_content_with_a_reason(self):
        for line in (
            'except Exception:  # a driver may raise anything',
            'except Exception:  # noqa: BLE001  a driver may raise anything',
        ):
            with self.subTest(line):
                self.assertEqual([], self.handler(line))

    def test_narrow_handlers_need_none(self):
        self.assertEqual([], self.handler('except (OSError, KeyError):'))
