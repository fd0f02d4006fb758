package io.github.rustffi.springai.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;

/** A model for tests that needs no network: texts are near to each other if they have words in common. */
public final class WordsModel implements EmbeddingModel {
    private static final int DIMENSION = 256;

    /** Creates the model. */
    public WordsModel() {}

    private static float[] embedding(String text) {
        float[] values = new float[DIMENSION];
        values[0] = 0.1f;
        for (String word : text.toLowerCase(Locale.ROOT).split("\\W+")) {
            values[Math.floorMod(word.hashCode() * 31, DIMENSION)] += word.length();
        }
        return values;
    }

    @Override
    public EmbeddingResponse call(EmbeddingRequest request) {
        List<Embedding> embeddings = new ArrayList<>();
        for (String text : request.getInstructions()) {
            embeddings.add(new Embedding(embedding(text), embeddings.size()));
        }
        return new EmbeddingResponse(embeddings);
    }

    @Override
    public float[] embed(Document document) {
        return embedding(document.getText());
    }
}
