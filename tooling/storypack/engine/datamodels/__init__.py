"""The Common Information Model as searches over whatever the source holds: dataset -> constraint, calculated fields."""

from storypack.engine.datamodels.datasets import model_dataset

__all__ = ["model_dataset"]
