"""What a person works in: form, matrix and panel as widgets, and the views that fill them."""
