"""The smallest valid neighbourhoods of wanted rows: with the parents that they cannot do without, and no row more."""

from fixturegen.making.dataset import MadeDataset
from fixturegen.making.made import Made, Update
from fixturegen.making.maker import Maker
from fixturegen.making.verb import make

__all__ = ["Made", "MadeDataset", "Maker", "Update", "make"]
