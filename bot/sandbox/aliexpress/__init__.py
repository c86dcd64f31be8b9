"""A stand-in for the AliExpress Open Platform gateway, as strict as the real one."""
