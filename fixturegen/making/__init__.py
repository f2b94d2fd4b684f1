"""The smallest valid neighbourhoods of wanted rows: with the parents that they cannot do without, and no row more."""

from fixturegen.making.made import Made, Update
from fixturegen.making.maker import Maker

__all__ = ["Made", "Maker", "Update"]
