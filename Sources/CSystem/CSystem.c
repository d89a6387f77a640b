// A C target for what Swift cannot express.
