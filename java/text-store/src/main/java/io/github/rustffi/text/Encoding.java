package io.github.rustffi.text;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a row in the file of texts, a record. All numbers are little-endian, and a size takes seven bits of each
 * byte, the lowest first, and the highest bit where another byte follows.
 *
 * <pre>
 * int      number of bytes of the body
 * int      CRC-32 of the body
 * body:
 *   long   number of the vector in the index
 *   string id
 *   byte   1 if there is a text, otherwise 0
 *   string text, if there is one
 *   size   number of keys, and for each
 *     string key
 *     value
 * string:  size, twice the number of bytes, and 1 more if they are UTF-16; the bytes, UTF-8 otherwise
 * value:   a byte for the type, and
 *   1      string
 *   2      int, 4 bytes
 *   3      long, 8 bytes
 *   4      float, 4 bytes
 *   5      double, 8 bytes
 *   6, 7   false, true
 *   8      UUID, the high 8 bytes and the low ones
 *   9      size of a list, and its values
 * </pre>
 *
 * <p>A string with a surrogate that has no partner is written as UTF-16, which has it; everything else as UTF-8.
 */
final class Encoding {
    /** The bytes before the body. */
    static final int HEAD = 8;

    /** No record has a shorter body: a number, an empty id, no text and no metadata. */
    static final int SHORTEST = 11;

    private static final byte STRING = 1;
    private static final byte INTEGER = 2;
    private static final byte LONG = 3;
    private static final byte FLOAT = 4;
    private static final byte DOUBLE = 5;
    private static final byte FALSE = 6;
    private static final byte TRUE = 7;
    private static final byte ID = 8;
    private static final byte LIST = 9;

    private ByteBuffer bytes = allocate(1 << 12);

    private static ByteBuffer allocate(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    static int checksum(ByteBuffer body) {
        CRC32 crc = new CRC32();
        crc.update(body.duplicate());
        return (int) crc.getValue();
    }

    /**
     * Returns the record of a row, until the next one is asked for.
     *
     * @throws IllegalArgumentException if it would take more bytes than an array holds
     */
    ByteBuffer record(Row row) {
        bytes.clear();
        bytes.putLong(0).putLong(row.number);
        string(row.id);
        room(1).put((byte) (row.text == null ? 0 : 1));
        if (row.text != null) {
            string(row.text);
        }
        size(row.metadata.size());
        row.metadata.forEach((key, value) -> {
            string(key);
            value(value);
        });
        bytes.flip();
        ByteBuffer body = bytes.duplicate().position(HEAD);
        return bytes.putInt(0, body.remaining()).putInt(4, checksum(body));
    }

    private ByteBuffer room(long count) {
        if (bytes.remaining() < count) {
            long needed = bytes.position() + count;
            if (needed > Integer.MAX_VALUE - 8) {
                throw new IllegalArgumentException(
                        "a segment's text and metadata take at least " + needed + " bytes, more than an array holds");
            }
            bytes = allocate((int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, 2L * bytes.capacity())))
                    .put(bytes.flip());
        }
        return bytes;
    }

    private void size(long size) {
        room(10);
        for (; size >= 0x80; size >>>= 7) {
            bytes.put((byte) (size | 0x80));
        }
        bytes.put((byte) size);
    }

    private void string(String string) {
        ByteBuffer coded;
        int isWide = 0;
        try {
            coded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(string));
        } catch (CharacterCodingException e) {
            coded = ByteBuffer.allocate(Math.multiplyExact(2, string.length())).order(ByteOrder.LITTLE_ENDIAN);
            coded.asCharBuffer().put(string);
            isWide = 1;
        }
        size(2L * coded.remaining() + isWide);
        room(coded.remaining()).put(coded);
    }

    private void value(Object value) {
        if (value instanceof String string) {
            room(1).put(STRING);
            string(string);
        } else if (value instanceof Integer number) {
            room(5).put(INTEGER).putInt(number);
        } else if (value instanceof Long number) {
            room(9).put(LONG).putLong(number);
        } else if (value instanceof Float number) {
            room(5).put(FLOAT).putInt(Float.floatToRawIntBits(number));
        } else if (value instanceof Double number) {
            room(9).put(DOUBLE).putLong(Double.doubleToRawLongBits(number));
        } else if (value instanceof Boolean truth) {
            room(1).put(truth ? TRUE : FALSE);
        } else if (value instanceof UUID id) {
            room(17).put(ID).putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        } else if (value instanceof List<?> list) {
            room(1).put(LIST);
            size(list.size());
            list.forEach(this::value);
        } else {
            throw new AssertionError("bug in rust_ffi: a value of " + value.getClass());
        }
    }

    /** Returns the number of the vector of a record. */
    static long number(ByteBuffer body) {
        return body.getLong(body.position());
    }

    /**
     * Returns the row of a record whose checksum is right.
     *
     * @param body the body, which is read from its position to its limit
     * @param keys the keys that there have been, so that rows share them
     * @throws IllegalArgumentException if it is not as it is written
     */
    static Row row(ByteBuffer body, Map<String, String> keys) {
        ByteBuffer in = body.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        try {
            int all = in.remaining();
            long number = in.getLong();
            String id = readString(in);
            String text = readText(in);
            int count = readSize(in, 2);
            Map<String, Object> metadata = new LinkedHashMap<>();
            for (int i = 0; i < count; i++) {
                String key = readString(in);
                String known = keys.putIfAbsent(key, key);
                metadata.put(known == null ? key : known, readValue(in, 0));
            }
            if (in.hasRemaining()) {
                throw new IllegalArgumentException(in.remaining() + " bytes too many");
            }
            Row row = new Row(number, id, text, Map.copyOf(metadata));
            row.bytes = HEAD + all;
            return row;
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("too few bytes", e);
        }
    }

    private static @Nullable String readText(ByteBuffer in) {
        byte there = in.get();
        if (there != 0 && there != 1) {
            throw new IllegalArgumentException("there is no text " + there);
        }
        return there == 0 ? null : readString(in);
    }

    /** Reads a number of things that take so many bytes at least. */
    private static int readSize(ByteBuffer in, int least) {
        long size = readLong(in);
        if (size < 0 || size > in.remaining() / least) {
            throw new IllegalArgumentException("a size of " + size + " before " + in.remaining() + " bytes");
        }
        return (int) size;
    }

    private static long readLong(ByteBuffer in) {
        long size = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            byte part = in.get();
            size |= (part & 0x7fL) << shift;
            if (part >= 0) {
                return size;
            }
        }
        throw new IllegalArgumentException("a size of more than 63 bits");
    }

    private static String readString(ByteBuffer in) {
        long size = readLong(in);
        long length = size >>> 1;
        if (length > in.remaining()) {
            throw new IllegalArgumentException("a string of " + length + " bytes before " + in.remaining());
        }
        ByteBuffer coded = in.slice(in.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + (int) length);
        if ((size & 1) != 0) {
            return coded.asCharBuffer().toString();
        }
        return new String(
                coded.array(), coded.arrayOffset() + coded.position(), coded.remaining(), StandardCharsets.UTF_8);
    }

    private static Object readValue(ByteBuffer in, int depth) {
        byte type = in.get();
        switch (type) {
            case STRING:
                return readString(in);
            case INTEGER:
                return in.getInt();
            case LONG:
                return in.getLong();
            case FLOAT:
                return Float.intBitsToFloat(in.getInt());
            case DOUBLE:
                return Double.longBitsToDouble(in.getLong());
            case FALSE:
                return false;
            case TRUE:
                return true;
            case ID:
                return new UUID(in.getLong(), in.getLong());
            case LIST:
                if (depth == Segment.DEEPEST) {
                    throw new IllegalArgumentException("more than " + depth + " lists in each other");
                }
                int count = readSize(in, 1);
                List<Object> list = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    list.add(readValue(in, depth + 1));
                }
                return List.copyOf(list);
            default:
                throw new IllegalArgumentException("there is no type " + type);
        }
    }
}
