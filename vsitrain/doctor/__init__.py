"""Try one step of each training at the real size of a model, and compare it with the plan."""
