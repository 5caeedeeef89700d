"""Data models as searches over whatever the source holds: those of the Common Information Model, and those of add-ons.

Of a dataset: its constraints, its calculated fields, and the datasets below it."""

from storypack.engine.datamodels.datasets import model_dataset
from storypack.engine.datamodels.searches import add_on_dataset

__all__ = ["add_on_dataset", "model_dataset"]
