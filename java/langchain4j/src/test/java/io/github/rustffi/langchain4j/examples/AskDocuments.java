package io.github.rustffi.langchain4j.examples;

import dev.langchain4j.data.document.Document;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.document.splitter.DocumentSplitters;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.content.retriever.EmbeddingStoreContentRetriever;
import dev.langchain4j.rag.query.Query;
import dev.langchain4j.store.embedding.EmbeddingStoreIngestor;
import io.github.rustffi.langchain4j.RustFfiEmbeddingStore;
import java.nio.file.Path;
import java.util.List;

/**
 * Finds the passages that answer a question. The first run takes documents apart and keeps the passages with their
 * embeddings in a directory; later ones find them there.
 *
 * <pre>
 * AskDocuments DIRECTORY QUESTION
 * </pre>
 */
public final class AskDocuments {
    private AskDocuments() {}

    private static final List<Document> DOCUMENTS = List.of(
            Document.from(
                    "Java runs on a virtual machine, the JVM, which compiles bytecode to machine code while a program"
                            + " runs. Garbage collectors free the memory of objects that nobody can reach any more."
                            + " Since version 21 there are virtual threads, of which a program can have millions.",
                    Metadata.from("source", "java.txt")),
            Document.from(
                    "Rust is compiled ahead of time and has no garbage collector. The compiler proves that every"
                            + " value has one owner, and frees its memory when the owner is gone. Crates are built"
                            + " and tested with cargo.",
                    Metadata.from("source", "rust.txt")),
            Document.from(
                    "Bread needs flour, water, salt and time. A sourdough rises overnight in a cool kitchen. It is"
                            + " baked in a hot oven until the crust is brown.",
                    Metadata.from("source", "bread.txt")));

    public static void main(String[] arguments) {
        Path directory = Path.of(arguments[0]);
        EmbeddingModel model = new AllMiniLmL6V2EmbeddingModel();
        try (RustFfiEmbeddingStore store =
                RustFfiEmbeddingStore.builder().directory(directory).build()) {
            if (store.size() == 0) {
                EmbeddingStoreIngestor.builder()
                        .documentSplitter(DocumentSplitters.recursive(120, 0))
                        .embeddingModel(model)
                        .embeddingStore(store)
                        .build()
                        .ingest(DOCUMENTS);
                System.err.println("read " + DOCUMENTS.size() + " documents, " + store.size() + " passages");
            }
            ContentRetriever retriever = EmbeddingStoreContentRetriever.builder()
                    .embeddingStore(store)
                    .embeddingModel(model)
                    .maxResults(2)
                    .minScore(0.6)
                    .build();
            for (Content content : retriever.retrieve(Query.from(arguments[1]))) {
                System.out.println(content.textSegment().metadata().getString("source") + ": "
                        + content.textSegment().text());
            }
        }
    }
}
