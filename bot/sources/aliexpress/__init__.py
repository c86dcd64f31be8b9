"""Parcels of a merchant's own AliExpress dropshipping app, through the Open Platform gateway."""
