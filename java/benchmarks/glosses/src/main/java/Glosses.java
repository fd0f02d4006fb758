import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Embeds glosses of WordNet, in an order that has nothing to do with what they say, and writes them as {@code .npy}:
 * {@code Glosses FOLDER COUNT FILE}. The folder has WordNet's {@code data.noun} and its siblings. The model is
 * all-MiniLM-L6-v2 with weights of 8 bits; an embedding is the mean over the tokens, of length 1.
 */
public class Glosses {
    private static final String MODEL = "/all-minilm-l6-v2-q";
    private static final int TOGETHER = 32;
    private static final int MOST_TOKENS = 256;

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final HuggingFaceTokenizer tokenizer;

    private Glosses() throws IOException, OrtException {
        try (InputStream model = Glosses.class.getResourceAsStream(MODEL + ".onnx");
                InputStream words = Glosses.class.getResourceAsStream(MODEL + "-tokenizer.json")) {
            session = environment.createSession(model.readAllBytes());
            String most = String.valueOf(MOST_TOKENS);
            tokenizer = HuggingFaceTokenizer.newInstance(
                    words, Map.of("padding", "true", "truncation", "true", "maxLength", most, "modelMaxLength", most));
        }
    }

    /**
     * Embeds and writes.
     *
     * @param args the folder, how many glosses, and the file
     * @throws IOException where WordNet cannot be read, or the file not written
     * @throws OrtException where the model cannot be run
     */
    public static void main(String[] args) throws IOException, OrtException {
        List<String> glosses = read(Path.of(args[0]));
        Collections.shuffle(glosses, new Random(1));
        int count = Integer.parseInt(args[1]);
        if (glosses.size() < count) {
            throw new IllegalArgumentException("WordNet has " + glosses.size() + " glosses, fewer than " + count);
        }
        write(Path.of(args[2]), new Glosses().embed(glosses.subList(0, count)));
    }

    private static List<String> read(Path folder) throws IOException {
        Set<String> glosses = new LinkedHashSet<>();
        for (String part : List.of("adj", "adv", "noun", "verb")) {
            for (String line : Files.readAllLines(folder.resolve("data." + part), StandardCharsets.UTF_8)) {
                int bar = line.indexOf("| ");
                // The licence at the beginning is indented.
                if (!line.startsWith(" ") && bar >= 0) {
                    glosses.add(line.substring(bar + 2).trim());
                }
            }
        }
        return new ArrayList<>(glosses);
    }

    private float[][] embed(List<String> texts) throws OrtException {
        // Those of about the same length together, since the others are padded.
        List<Integer> order = new ArrayList<>(IntStream.range(0, texts.size()).boxed().toList());
        order.sort(Comparator.comparing(i -> texts.get(i).length()));
        float[][] embeddings = new float[texts.size()][];
        for (int from = 0; from < order.size(); from += TOGETHER) {
            List<Integer> batch = order.subList(from, Math.min(from + TOGETHER, order.size()));
            float[][] embedded = embedTogether(batch.stream().map(texts::get).toList());
            for (int i = 0; i < embedded.length; i++) {
                embeddings[batch.get(i)] = embedded[i];
            }
        }
        return embeddings;
    }

    private float[][] embedTogether(List<String> texts) throws OrtException {
        Encoding[] encodings = tokenizer.batchEncode(texts);
        try (OnnxTensor ids = tensor(encodings, Encoding::getIds);
                OnnxTensor mask = tensor(encodings, Encoding::getAttentionMask);
                OnnxTensor types = tensor(encodings, Encoding::getTypeIds);
                OrtSession.Result result = session.run(
                        Map.of("input_ids", ids, "attention_mask", mask, "token_type_ids", types))) {
            float[][][] tokens = (float[][][]) result.get(0).getValue();
            float[][] embeddings = new float[tokens.length][];
            for (int i = 0; i < tokens.length; i++) {
                embeddings[i] = mean(tokens[i], encodings[i].getAttentionMask());
            }
            return embeddings;
        }
    }

    private OnnxTensor tensor(Encoding[] encodings, Function<Encoding, long[]> part)
            throws OrtException {
        return OnnxTensor.createTensor(environment, Arrays.stream(encodings).map(part).toArray(long[][]::new));
    }

    private static float[] mean(float[][] tokens, long[] mask) {
        double[] sum = new double[tokens[0].length];
        for (int token = 0; token < tokens.length; token++) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += mask[token] * tokens[token][i];
            }
        }
        double norm = Math.sqrt(Arrays.stream(sum).map(x -> x * x).sum());
        float[] embedding = new float[sum.length];
        for (int i = 0; i < sum.length; i++) {
            embedding[i] = (float) (sum[i] / norm);
        }
        return embedding;
    }

    private static void write(Path file, float[][] rows) throws IOException {
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }".formatted(rows.length, rows[0].length);
        header += " ".repeat(64 - (11 + header.length()) % 64) + "\n";
        ByteBuffer begin = ByteBuffer.allocate(10 + header.length()).order(ByteOrder.LITTLE_ENDIAN);
        begin.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) 1).put((byte) 0);
        begin.putShort((short) header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
        ByteBuffer row = ByteBuffer.allocate(Float.BYTES * rows[0].length).order(ByteOrder.LITTLE_ENDIAN);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
            out.write(begin.array());
            for (float[] values : rows) {
                row.asFloatBuffer().put(values);
                out.write(row.array());
            }
        }
    }
}
