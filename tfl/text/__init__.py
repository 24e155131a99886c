"""From texts to token ids: tokenizer, vocabulary, word vectors, and the cache of tokenized splits."""
