package io.github.rustffi.springai.examples;

import io.github.rustffi.springai.RustFfiVectorStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.springframework.ai.document.Document;
import org.springframework.ai.transformer.splitter.TokenTextSplitter;
import org.springframework.ai.vectorstore.SearchRequest;

/**
 * Finds the passages that answer a question. The first run takes documents apart and keeps the passages with their
 * embeddings in a directory; later ones find them there. In an application, Spring Boot makes the model and the store.
 *
 * <pre>
 * AskDocuments DIRECTORY QUESTION
 * </pre>
 */
public final class AskDocuments {
    private AskDocuments() {}

    private static final List<Document> DOCUMENTS = List.of(
            new Document(
                    "Java runs on a virtual machine, the JVM, which compiles bytecode to machine code while a program"
                            + " runs. Garbage collectors free the memory of objects that nobody can reach any more.",
                    Map.of("source", "java.txt")),
            new Document(
                    "Rust is compiled ahead of time and has no garbage collector. The compiler proves that every"
                            + " value has one owner, and frees its memory when the owner is gone.",
                    Map.of("source", "rust.txt")),
            new Document(
                    "Bread needs flour, water, salt and time. A sourdough rises overnight in a cool kitchen. It is"
                            + " baked in a hot oven until the crust is brown.",
                    Map.of("source", "bread.txt")));

    /**
     * Runs the program.
     *
     * @param arguments the directory and the question
     */
    public static void main(String[] arguments) {
        try (RustFfiVectorStore store = RustFfiVectorStore.builder(new WordsModel())
                .directory(Path.of(arguments[0]))
                .build()) {
            if (store.size() == 0) {
                store.add(TokenTextSplitter.builder().withChunkSize(60).build().apply(DOCUMENTS));
                System.err.println("read " + DOCUMENTS.size() + " documents, " + store.size() + " passages");
            }
            SearchRequest request =
                    SearchRequest.builder().query(arguments[1]).topK(2).build();
            for (Document passage : store.similaritySearch(request)) {
                System.out.println(passage.getMetadata().get("source") + ": " + passage.getText());
            }
        }
    }
}
