"""A trial as a reader sees it: sentences, pictures, a page, text for a terminal."""
