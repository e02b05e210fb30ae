"""Files on their way in: the panel in the corner, and the drop of files on any page. It has no page of its own."""
