from .argmax import (
    CoordinateArgmax as CoordinateArgmax,
)
from .argmax import (
    LinearArgmax as LinearArgmax,
)
from .arrangements import (
    Arrangement as Arrangement,
)
from .balls import (
    Balls as Balls,
)
from .grids import (
    Grid as Grid,
)
from .halfspaces import (
    Halfspace as Halfspace,
)
from .nearest_neighbour import (
    NearestNeighbour as NearestNeighbour,
)
from .opposed_halfspaces import (
    OpposedHalfspaces as OpposedHalfspaces,
)
from .orthants import (
    Orthants as Orthants,
)
from .power_cells import (
    PowerCells as PowerCells,
)
from .protocol import (
    HOLE as HOLE,
)
from .protocol import (
    Partition as Partition,
)
from .registry import (
    ALL as ALL,
)
from .shells import (
    Shells as Shells,
)
from .slabs import (
    Slabs as Slabs,
)
from .truncated_voronoi import (
    TruncatedVoronoi as TruncatedVoronoi,
)
from .voronoi import (
    Voronoi as Voronoi,
)
from .wedges import (
    Wedges as Wedges,
)
