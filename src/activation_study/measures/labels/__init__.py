"""Several labels, each there or not: how they are ranked, decided and how probable they are."""
