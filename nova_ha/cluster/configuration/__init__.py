# SPDX-License-Identifier: Apache-2.0
"""The configuration that nova-ha needs of Pacemaker, for any cloud.

:mod:`.plan` makes it of the hosts and of a few wishes; the model
(:mod:`.model`) knows no tool, and :mod:`.pcs`, :mod:`.crm` and :mod:`.xml`
write it down, each in its own words.
"""
