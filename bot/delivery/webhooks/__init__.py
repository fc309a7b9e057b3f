"""What programs of others are owed → their addresses: signed, in order, again until it is taken."""
