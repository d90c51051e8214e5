# SPDX-License-Identifier: Apache-2.0
"""What the API is."""

from nova_ha.api.operations import Access
from nova_ha.api.operations import Operation
from nova_ha.api.schemas import versions as schemas

LIST = Operation(
    rule=Access.PUBLIC,
    summary='List the versions of the API',
    answer=schemas.VERSIONS,
)
SHOW = Operation(
    rule=Access.PUBLIC,
    summary='See this version of the API',
    answer=schemas.ONE,
)
DESCRIBE = Operation(
    rule=Access.PUBLIC,
    summary='Get this description',
    answer=schemas.DESCRIPTION,
)
