# SPDX-License-Identifier: Apache-2.0
"""ini.py set|get [-sudo] FILE SECTION OPTION [VALUE], for the recorder."""

import configparser
import pathlib
import sys


def main(verb, *arguments):
    file, section, option, *value = [a for a in arguments if a != '-sudo']
    parser = configparser.RawConfigParser(strict=False, default_section='')
    parser.optionxform = str
    parser.read(file)
    if verb == 'get':
        print(parser.get(section, option, fallback=''))
        return
    if not parser.has_section(section):
        parser.add_section(section)
    # An unquoted value loses what DevStack would lose of it.
    parser.set(section, option, ' '.join(' '.join(value[:1]).split()))
    with pathlib.Path(file).open('w') as ini:
        parser.write(ini)


main(*sys.argv[1:])
