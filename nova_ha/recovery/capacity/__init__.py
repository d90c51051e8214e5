# SPDX-License-Identifier: Apache-2.0
"""Whether the instances of failed hosts would find a place now.

Pure functions over what nova and Placement say: :mod:`.model` is what they
say, :mod:`.cloud` puts it together, :mod:`.reach` tells who may go where,
:mod:`.bounds` and :mod:`.spread` count places, :mod:`.survey` asks for one
host, for the worst hosts and for the largest failure that can be borne.

Nova places one instance after the other on a host with room that it likes
best, and never moves one to make room for another. In which order, and what
it likes, depends on its configuration and on chance. So there are three
numbers: places found *for sure*, whatever order and hosts are chosen;
*likely* ones, found by spreading as nova does by default; and how many there
can be *at most*.
"""
