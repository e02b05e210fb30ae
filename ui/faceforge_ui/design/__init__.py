"""The design system: tokens, styles, icons, macros and elements."""
