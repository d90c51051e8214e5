# SPDX-License-Identifier: Apache-2.0
"""The table of routes: rules, handlers, and the description made of it."""

import dataclasses
import pathlib
import re
import unittest

import jsonschema

from nova_ha import policies
from nova_ha.api import app
from nova_ha.api import openapi
from nova_ha.api import routes
from nova_ha.api.operations import Access
from nova_ha.api.route import Parts
from tests.unit.api import scripted

ROOT = pathlib.Path(__file__).parents[3]
#: What anybody may ask: nothing about the cloud.
PUBLIC = {
    ('GET', '/'),
    ('GET', '/v1'),
    ('GET', '/v1/health/live'),
    ('GET', '/v1/health/ready'),
    ('GET', '/v1/openapi.json'),
}
#: The fence path: not on TCP.
LOCAL = {('POST', '/v1/fence'), ('POST', '/v1/hints')}


def operations():
    for route in routes.ROUTES:
        for method, operation in route.operations.items():
            yield method, route.path, operation


class RulesTest(unittest.TestCase):
    def test_every_operation_has_a_rule_that_tells_of_it(self):
        told = {
            (operation['method'], operation['path'], rule.name)
            for rule in policies.list_rules()
            for operation in getattr(rule, 'operations', ())
        }
        for method, path, operation in operations():
            with self.subTest(f'{method} {path}'):
                if operation.rule is Access.PUBLIC:
                    self.assertIn((method, path), PUBLIC)
                elif operation.rule is Access.LOCAL:
                    self.assertIn((method, path), LOCAL)
                else:
                    self.assertIn((method, path, operation.rule), told)

    def test_every_rule_of_an_operation_is_asked(self):
        asked = {operation.rule for _, _, operation in operations()}
        for rule in policies.list_rules():
            if getattr(rule, 'operations', None):
                self.assertIn(rule.name, asked)

    def test_public_and_local_are_what_is_written_here(self):
        for access, expected in (
            (Access.PUBLIC, PUBLIC),
            (Access.LOCAL, LOCAL),
        ):
            found = {
                (method, path)
                for method, path, operation in operations()
                if operation.rule is access
            }
            self.assertEqual(expected, found)

    def test_what_changes_something_is_no_get(self):
        readers = {
            rule.name
            for rule in policies.list_rules()
            if rule.check_str == 'rule:compute_ha:reader'
        }
        for method, path, operation in operations():
            if operation.rule in readers:
                self.assertEqual('GET', method, path)
            elif not isinstance(operation.rule, Access):
                self.assertNotEqual('GET', method, path)


class HandlersTest(unittest.TestCase):
    def test_a_method_without_an_operation_stops_the_start(self):
        engine = scripted.Engine()
        parts = Parts(engine.archive, engine, None)
        for change in ({}, {'GET': None, 'PUT': None, 'DELETE': None}):
            route = dataclasses.replace(
                next(r for r in routes.ROUTES if r.path == '/v1/mode'),
                operations=change,
            )
            with self.assertRaisesRegex(ValueError, '/v1/mode'):
                app.build([route], parts, Open())


class Open:
    """A gate that is always open."""

    def process_request(self, request, response):
        pass


class DescriptionTest(unittest.TestCase):
    def test_is_of_today(self):
        committed = ROOT / 'api-ref' / 'source' / 'openapi.json'
        self.assertEqual(
            openapi.text(routes.ROUTES),
            committed.read_text(encoding='utf-8'),
            'the API has changed: run tox -e genopenapi and commit it',
        )

    def test_every_schema_is_one(self):
        document = openapi.document(routes.ROUTES)
        schemas = document['components']['schemas']
        for name, schema in schemas.items():
            with self.subTest(name):
                jsonschema.Draft202012Validator.check_schema(schema)
        refs = re.findall(r'#/components/schemas/(\w+)', str(document))
        self.assertEqual(set(schemas), set(refs))

    def test_the_fence_path_is_not_in_it(self):
        paths = openapi.document(routes.ROUTES)['paths']
        self.assertNotIn('/v1/fence', paths)
        self.assertIn('/v1/mode', paths)

    def test_two_schemas_of_one_title_are_an_error(self):
        schemas = openapi._Schemas()
        schemas.of({'title': 'A', 'type': 'string'})
        with self.assertRaisesRegex(ValueError, 'A'):
            schemas.of({'title': 'A', 'type': 'integer'})
