"""The AliExpress source: a merchant's own Drop Shipping app, through the Open Platform gateway."""
