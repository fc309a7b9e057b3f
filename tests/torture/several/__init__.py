"""Several processes of one Marsad over one PostgreSQL, of which some die and some hang."""
