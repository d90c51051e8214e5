# SPDX-License-Identifier: Apache-2.0
"""Files that operators write, in YAML: read with lines, checked by a schema.

What is wrong is told with file, line and field, and all of it at once.
"""
