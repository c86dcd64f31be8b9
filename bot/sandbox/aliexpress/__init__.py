"""A simulated AliExpress Open Platform gateway, as strict as the real one."""
