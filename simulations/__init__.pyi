from .checking.check import (
    check as check,
)
from .checking.estimation import (
    Moments as Moments,
)
from .checking.estimation import (
    Plan as Plan,
)
from .checking.estimation import (
    Tally as Tally,
)
from .checking.intervals import (
    Interval as Interval,
)
from .checking.report import (
    Report as Report,
)
from .checking.report import (
    print_report as print_report,
)
from .checking.verdict import (
    BoundCheck as BoundCheck,
)
from .partitions import (
    HOLE as HOLE,
)
from .partitions import (
    Arrangement as Arrangement,
)
from .partitions import (
    Balls as Balls,
)
from .partitions import (
    CoordinateArgmax as CoordinateArgmax,
)
from .partitions import (
    Grid as Grid,
)
from .partitions import (
    Halfspace as Halfspace,
)
from .partitions import (
    LinearArgmax as LinearArgmax,
)
from .partitions import (
    NearestNeighbour as NearestNeighbour,
)
from .partitions import (
    OpposedHalfspaces as OpposedHalfspaces,
)
from .partitions import (
    Orthants as Orthants,
)
from .partitions import (
    Partition as Partition,
)
from .partitions import (
    PowerCells as PowerCells,
)
from .partitions import (
    Shells as Shells,
)
from .partitions import (
    Slabs as Slabs,
)
from .partitions import (
    TruncatedVoronoi as TruncatedVoronoi,
)
from .partitions import (
    Voronoi as Voronoi,
)
from .partitions import (
    Wedges as Wedges,
)
