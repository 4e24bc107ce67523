"""The ground floor: the nouns and verbs of a discovery campaign."""
