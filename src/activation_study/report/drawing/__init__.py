"""What figures are drawn with: the page, one look a thing, and a picture with its words."""
