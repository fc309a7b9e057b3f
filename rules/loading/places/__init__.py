"""Files → gazetteer, or everything that is wrong with them."""
