/*
 * What rust-ffi is measured against: the calls as an expert writes them by hand in C, and loops that show what the
 * machine can do. Every way that Java has of calling C calls this library.
 */
#define _POSIX_C_SOURCE 200112L
/* For madvise, where there is one. */
#define _DEFAULT_SOURCE

#include <jni.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define BEFORE "Hello, "
#define AFTER "!"

enum { BEFORE_LENGTH = sizeof BEFORE - 1, AFTER_LENGTH = sizeof AFTER - 1, MAX_THREADS = 1024 };

/* Plain C, for JNA, JNR and the FFM API. */

/* Returns the sum, wrapping around. */
int32_t add(int32_t a, int32_t b) {
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

/* Returns a greeting that free_string takes back, or NULL when there is no memory. */
char *greet(const char *name) {
    size_t length = strlen(name);
    char *text = malloc(BEFORE_LENGTH + length + sizeof AFTER);
    if (text != NULL) {
        memcpy(text, BEFORE, BEFORE_LENGTH);
        memcpy(text + BEFORE_LENGTH, name, length);
        memcpy(text + BEFORE_LENGTH + length, AFTER, sizeof AFTER);
    }
    return text;
}

void free_string(char *text) {
    free(text);
}

/* JNI. */

static void throw_new(JNIEnv *env, const char *class_name, const char *message) {
    jclass class = (*env)->FindClass(env, class_name);
    if (class != NULL) {
        (*env)->ThrowNew(env, class, message);
    }
}

JNIEXPORT jint JNICALL Java_io_github_rustffi_benchmarks_calls_JniCalls_00024Natives_add(
    JNIEnv *env, jclass class, jint a, jint b) {
    (void)env;
    (void)class;
    return (jint)((uint32_t)a + (uint32_t)b);
}

/* Returns whether all of a text is in 1..127, where JNI's modified UTF-8 is the same as ASCII and ends at no NUL. */
static int is_ascii(const jchar *text, size_t length) {
    jchar outside = 0;
    for (size_t i = 0; i < length; i++) {
        outside |= (jchar)(text[i] - 1) >= 127;
    }
    return outside == 0;
}

/*
 * Of the ways in and out that are right for every text, these are the fastest on JDK 17 and 25 at every length: in as
 * UTF-16, and out as bytes where the text is ASCII, since that is how the JVM keeps it and NewString has to find out.
 */
JNIEXPORT jstring JNICALL Java_io_github_rustffi_benchmarks_calls_JniCalls_00024Natives_greet(
    JNIEnv *env, jclass class, jstring name) {
    (void)class;
    static const jchar before[BEFORE_LENGTH] = {'H', 'e', 'l', 'l', 'o', ',', ' '};
    enum { ON_STACK = 2048 };
    /* For a text in UTF-16, and after it the same one in bytes with a NUL. */
    jchar buffer[ON_STACK + ON_STACK / 2 + 1];
    jchar *text = buffer;
    size_t name_length = (size_t)(*env)->GetStringLength(env, name);
    size_t length = BEFORE_LENGTH + name_length + AFTER_LENGTH;
    if (length > ON_STACK) {
        text = malloc(length * (sizeof(jchar) + 1) + 1);
        if (text == NULL) {
            throw_new(env, "java/lang/OutOfMemoryError", "no memory for a greeting");
            return NULL;
        }
    }
    memcpy(text, before, sizeof before);
    (*env)->GetStringRegion(env, name, 0, (jsize)name_length, text + BEFORE_LENGTH);
    text[length - 1] = '!';
    jstring greeting;
    if (is_ascii(text, length)) {
        char *bytes = (char *)(text + length);
        for (size_t i = 0; i < length; i++) {
            bytes[i] = (char)text[i];
        }
        bytes[length] = '\0';
        greeting = (*env)->NewStringUTF(env, bytes);
    } else {
        greeting = (*env)->NewString(env, text, (jsize)length);
    }
    if (text != buffer) {
        free(text);
    }
    return greeting;
}

/* What the machine can do. */

/* Runs a function on many threads, of which the caller is one; parts is an array of what each is given. */
static int on_threads(int threads, void *(*run)(void *), void *parts, size_t size) {
    pthread_t others[MAX_THREADS];
    int started = 1;
    while (started < threads
           && pthread_create(&others[started], NULL, run, (char *)parts + (size_t)started * size) == 0) {
        started++;
    }
    if (started == threads) {
        run(parts);
    }
    for (int i = 1; i < started; i++) {
        pthread_join(others[i], NULL);
    }
    return started == threads;
}

/* A cache line, loaded in as few instructions as the processor has. */
typedef uint64_t line __attribute__((vector_size(64), aligned(8), may_alias));

struct reader {
    const unsigned char *bytes;
    size_t length;
    uint64_t sum;
};

/* Sums the 64-bit words; the bytes after the last whole word make one more, filled up with zeros. */
__attribute__((always_inline)) static inline void read_streams(struct reader *reader, const size_t streams) {
    enum { MOST = 8, LINES = 4, STEP = LINES * sizeof(line) };
    size_t stream = reader->length / streams / STEP * STEP;
    line sums[MOST][LINES / 2] = {{{0}}};
    for (size_t offset = 0; offset < stream; offset += STEP) {
#pragma GCC unroll 8
        for (size_t i = 0; i < streams; i++) {
            const line *q = (const line *)(reader->bytes + i * stream + offset);
            sums[i][0] += q[0] + q[1];
            sums[i][1] += q[2] + q[3];
        }
    }
    uint64_t sum = 0;
    for (size_t i = 0; i < streams; i++) {
        line both = sums[i][0] + sums[i][1];
        for (size_t j = 0; j < sizeof both / sizeof(uint64_t); j++) {
            sum += both[j];
        }
    }
    const unsigned char *p = reader->bytes + streams * stream;
    size_t left = reader->length - streams * stream;
    while (left > 0) {
        uint64_t word = 0;
        size_t size = left < sizeof word ? left : sizeof word;
        memcpy(&word, p, size);
        sum += word;
        p += size;
        left -= size;
    }
    reader->sum = sum;
}

/*
 * Processors differ in what they like: eight streams keep more loads under way than one where that is what matters (1.3 times
 * the bytes a second on an Ice Lake core), one is what a Zen 4 core foresees best. Software prefetch adds nothing to either.
 */
static void *read_eight(void *reader) {
    read_streams(reader, 8);
    return NULL;
}

static void *read_one(void *reader) {
    read_streams(reader, 1);
    return NULL;
}

/* Memory in large pages, where there are any, which is never given back. */
JNIEXPORT jobject JNICALL Java_io_github_rustffi_benchmarks_Machine_allocate(JNIEnv *env, jclass class, jlong bytes) {
    (void)class;
    void *memory;
    if (bytes < 1 || posix_memalign(&memory, 2 << 20, (size_t)bytes) != 0) {
        throw_new(env, "java/lang/OutOfMemoryError", "no memory to read");
        return NULL;
    }
#ifdef MADV_HUGEPAGE
    madvise(memory, (size_t)bytes, MADV_HUGEPAGE);
#endif
    memset(memory, 0, (size_t)bytes);
    return (*env)->NewDirectByteBuffer(env, memory, bytes);
}

JNIEXPORT jlong JNICALL Java_io_github_rustffi_benchmarks_Machine_readAll(
    JNIEnv *env, jclass class, jobject buffer, jint threads, jboolean streams) {
    (void)class;
    const unsigned char *bytes = (*env)->GetDirectBufferAddress(env, buffer);
    jlong capacity = (*env)->GetDirectBufferCapacity(env, buffer);
    if (bytes == NULL || threads < 1 || threads > MAX_THREADS) {
        throw_new(env, "java/lang/IllegalArgumentException", "a direct buffer and at least one thread are needed");
        return 0;
    }
    struct reader readers[MAX_THREADS];
    size_t each = (size_t)capacity / (size_t)threads / sizeof(line) * sizeof(line);
    for (int i = 0; i < threads; i++) {
        readers[i].bytes = bytes + (size_t)i * each;
        readers[i].length = i < threads - 1 ? each : (size_t)capacity - (size_t)i * each;
    }
    if (!on_threads(threads, streams ? read_eight : read_one, readers, sizeof *readers)) {
        throw_new(env, "java/lang/OutOfMemoryError", "no more threads");
        return 0;
    }
    uint64_t sum = 0;
    for (int i = 0; i < threads; i++) {
        sum += readers[i].sum;
    }
    return (jlong)sum;
}

/* A register of doubles, and how many chains of dependent FMAs keep all units busy without one leaving the registers. */
#if defined __AVX512F__
typedef double doubles __attribute__((vector_size(64)));
enum { CHAINS = 16 };
#elif defined __AVX__
typedef double doubles __attribute__((vector_size(32)));
enum { CHAINS = 12 };
#else
typedef double doubles __attribute__((vector_size(16)));
enum { CHAINS = 16 };
#endif

struct multiplier {
    double seconds;
    double flops_per_second;
    doubles result;
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* As many floats as a register holds. */
typedef float singles __attribute__((vector_size(sizeof(doubles))));

/*
 * Defines a function that returns the flop/s of about so many seconds, on registers of one type. The chains approach 1, so that
 * no value is ever out of the normal range, from where the compiler cannot know: it would not compute a chain that it knows to
 * begin at 1.
 */
#define MULTIPLY(name, type, element)                                          \
    static double name(double seconds, doubles *result) {                      \
        enum { STEPS = 1 << 14 };                                              \
        const type factor = (type){0} + (element)0.75;                         \
        const type summand = (type){0} + (element)0.25;                        \
        type chain[CHAINS];                                                    \
        for (int i = 0; i < CHAINS; i++) {                                     \
            chain[i] = (type){0} + (element)(seconds + i);                     \
        }                                                                      \
        double begin = now();                                                  \
        double end;                                                            \
        double flops = 0;                                                      \
        do {                                                                   \
            for (int step = 0; step < STEPS; step++) {                         \
                _Pragma("GCC unroll 16") for (int i = 0; i < CHAINS; i++) {    \
                    chain[i] = chain[i] * factor + summand;                    \
                }                                                              \
            }                                                                  \
            flops += 2.0 * STEPS * CHAINS * (sizeof(type) / sizeof(element));  \
            end = now();                                                       \
        } while (end - begin < seconds);                                       \
        for (int i = 0; i < CHAINS; i++) {                                     \
            *result += (doubles)chain[i];                                      \
        }                                                                      \
        return flops / (end - begin);                                          \
    }

MULTIPLY(multiply, doubles, double)
MULTIPLY(multiply_singles, singles, float)

/*
 * As many rows and registers of a row as the registers hold beside what is multiplied, and a depth at which both sides of the
 * product stay in the first-level cache.
 */
#if defined __AVX512F__
enum { ROWS = 8, WIDTH = 3, DEPTH = 128 };
#elif defined __AVX__
enum { ROWS = 4, WIDTH = 3, DEPTH = 128 };
#else
enum { ROWS = 4, WIDTH = 2, DEPTH = 128 };
#endif

/* Returns the flop/s of about so many seconds of adding the same product to the same tile. */
static double multiply_tile(double seconds, doubles *result) {
    static doubles right[DEPTH][WIDTH];
    static double left[DEPTH][ROWS];
    doubles tile[ROWS][WIDTH] = {{{0}}};
    const double *a = &left[0][0];
    const doubles *b = &right[0][0];
    double begin = now();
    double end;
    double flops = 0;
    do {
        for (int repeat = 0; repeat < 64; repeat++) {
            doubles sums[ROWS][WIDTH] = {{{0}}};
            /* From where the compiler cannot know, so that it computes with them every time. */
            __asm__ volatile("" : "+r"(a), "+r"(b) : : "memory");
#pragma GCC unroll 4
            for (int step = 0; step < DEPTH; step++) {
#pragma GCC unroll 8
                for (int i = 0; i < ROWS; i++) {
#pragma GCC unroll 3
                    for (int j = 0; j < WIDTH; j++) {
                        sums[i][j] += a[step * ROWS + i] * b[step * WIDTH + j];
                    }
                }
            }
            for (int i = 0; i < ROWS; i++) {
                for (int j = 0; j < WIDTH; j++) {
                    tile[i][j] += sums[i][j];
                }
            }
        }
        flops += 64.0 * 2 * DEPTH * ROWS * WIDTH * (sizeof(doubles) / sizeof(double));
        end = now();
    } while (end - begin < seconds);
    for (int i = 0; i < ROWS; i++) {
        for (int j = 0; j < WIDTH; j++) {
            *result += tile[i][j];
        }
    }
    return flops / (end - begin);
}

/* The first tenth brings the clock of the core to the pace that it keeps under such load. */
static void run_multiplier(struct multiplier *multiplier, double (*work)(double, doubles *)) {
    doubles result = {0};
    work(multiplier->seconds / 10, &result);
    multiplier->flops_per_second = work(multiplier->seconds, &result);
    multiplier->result = result;
}

static void *multiply_and_add(void *part) {
    run_multiplier(part, multiply);
    return NULL;
}

static void *multiply_and_add_singles(void *part) {
    run_multiplier(part, multiply_singles);
    return NULL;
}

static void *multiply_tiles(void *part) {
    run_multiplier(part, multiply_tile);
    return NULL;
}

/* Returns the flop/s of some threads together. */
static jdouble peak(JNIEnv *env, jint threads, jdouble seconds, void *(*work)(void *)) {
    if (threads < 1 || threads > MAX_THREADS) {
        throw_new(env, "java/lang/IllegalArgumentException", "at least one thread is needed");
        return 0;
    }
    struct multiplier multipliers[MAX_THREADS];
    for (int i = 0; i < threads; i++) {
        multipliers[i].seconds = seconds;
    }
    if (!on_threads(threads, work, multipliers, sizeof *multipliers)) {
        throw_new(env, "java/lang/OutOfMemoryError", "no more threads");
        return 0;
    }
    double sum = 0;
    for (int i = 0; i < threads; i++) {
        sum += multipliers[i].flops_per_second;
    }
    return sum;
}

JNIEXPORT jdouble JNICALL Java_io_github_rustffi_benchmarks_Machine_fmaPeak(
    JNIEnv *env, jclass class, jint threads, jdouble seconds) {
    (void)class;
    return peak(env, threads, seconds, multiply_and_add);
}

JNIEXPORT jdouble JNICALL Java_io_github_rustffi_benchmarks_Machine_fmaPeakOfFloats(
    JNIEnv *env, jclass class, jint threads, jdouble seconds) {
    (void)class;
    return peak(env, threads, seconds, multiply_and_add_singles);
}

JNIEXPORT jdouble JNICALL Java_io_github_rustffi_benchmarks_Machine_tilePeak(
    JNIEnv *env, jclass class, jint threads, jdouble seconds) {
    (void)class;
    return peak(env, threads, seconds, multiply_tiles);
}

enum { TRIALS = 5, TRIPS = 20000, PATIENCE = 1 << 16 };

struct player {
    /* How often the line has been passed on, in a line of its own. */
    _Atomic uint32_t *passes;
    /* Whether this player takes it at odd numbers. */
    uint32_t odd;
    /* The least of all trials, there and back. */
    double seconds;
};

static void *pass_on(void *given) {
    struct player *player = given;
    uint32_t next = player->odd;
    player->seconds = INFINITY;
    for (int trial = 0; trial < TRIALS; trial++) {
        double begin = now();
        for (int trip = 0; trip < TRIPS; trip++, next += 2) {
            int waited = 0;
            while (atomic_load_explicit(player->passes, memory_order_acquire) != next) {
                /* Both may be on the same core. */
                if (++waited % PATIENCE == 0) {
                    sched_yield();
                }
            }
            atomic_store_explicit(player->passes, next + 1, memory_order_release);
        }
        player->seconds = fmin(player->seconds, (now() - begin) / TRIPS);
    }
    return NULL;
}

/* Returns the nanoseconds that a line of the cache takes from one core to another, or NaN without a second thread. */
double line_nanoseconds(void) {
    _Alignas(256) _Atomic uint32_t passes[64];
    atomic_init(&passes[0], 0);
    struct player players[] = {{&passes[0], 0, 0}, {&passes[0], 1, 0}};
    return on_threads(2, pass_on, players, sizeof *players) ? players[0].seconds / 2 * 1e9 : NAN;
}

/* Floats that lie anywhere in an array. */
typedef float floats __attribute__((vector_size(64), aligned(4)));
enum { FLOATS = sizeof(floats) / sizeof(float), AT_ONCE = 4 };

static double total(const floats *sums) {
    floats all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    double sum = 0;
    for (int i = 0; i < FLOATS; i++) {
        sum += all[i];
    }
    return sum;
}

static double dot(const float *x, const float *y, jsize n) {
    floats sums[AT_ONCE] = {{0}};
    jsize i = 0;
    for (; i + AT_ONCE * FLOATS <= n; i += AT_ONCE * FLOATS) {
        for (int j = 0; j < AT_ONCE; j++) {
            sums[j] += *(const floats *)(x + i + j * FLOATS) * *(const floats *)(y + i + j * FLOATS);
        }
    }
    double sum = total(sums);
    for (; i < n; i++) {
        sum += x[i] * y[i];
    }
    return sum;
}

static double cosine(const float *x, const float *y, jsize n) {
    floats xy[AT_ONCE] = {{0}};
    floats xx[AT_ONCE] = {{0}};
    floats yy[AT_ONCE] = {{0}};
    jsize i = 0;
    for (; i + AT_ONCE * FLOATS <= n; i += AT_ONCE * FLOATS) {
        for (int j = 0; j < AT_ONCE; j++) {
            floats p = *(const floats *)(x + i + j * FLOATS);
            floats q = *(const floats *)(y + i + j * FLOATS);
            xy[j] += p * q;
            xx[j] += p * p;
            yy[j] += q * q;
        }
    }
    double product = total(xy);
    double x_squared = total(xx);
    double y_squared = total(yy);
    for (; i < n; i++) {
        product += x[i] * y[i];
        x_squared += x[i] * x[i];
        y_squared += y[i] * y[i];
    }
    return product / sqrt(x_squared * y_squared);
}

/* Lends two arrays to `work`: what the shortest way from Java to C and back takes. */
static jdouble with_lent(
    JNIEnv *env, jfloatArray x, jfloatArray y, double (*work)(const float *, const float *, jsize)) {
    jsize n = (*env)->GetArrayLength(env, x);
    if ((*env)->GetArrayLength(env, y) != n) {
        throw_new(env, "java/lang/IllegalArgumentException", "the lengths differ");
        return 0;
    }
    jdouble result = 0;
    float *p = (*env)->GetPrimitiveArrayCritical(env, x, NULL);
    if (p != NULL) {
        float *q = (*env)->GetPrimitiveArrayCritical(env, y, NULL);
        if (q != NULL) {
            result = work(p, q, n);
            (*env)->ReleasePrimitiveArrayCritical(env, y, q, JNI_ABORT);
        }
        (*env)->ReleasePrimitiveArrayCritical(env, x, p, JNI_ABORT);
    }
    return result;
}

JNIEXPORT jdouble JNICALL Java_io_github_rustffi_benchmarks_vector_Jni_dot(
    JNIEnv *env, jclass class, jfloatArray x, jfloatArray y) {
    (void)class;
    return with_lent(env, x, y, dot);
}

JNIEXPORT jdouble JNICALL Java_io_github_rustffi_benchmarks_vector_Jni_cosine(
    JNIEnv *env, jclass class, jfloatArray x, jfloatArray y) {
    (void)class;
    return with_lent(env, x, y, cosine);
}
