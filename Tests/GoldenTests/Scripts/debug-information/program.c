enum kind { READ = 1, WRITE = 4 };
struct request { const char *path; unsigned long size; enum kind kind; unsigned urgent : 1; };

static inline __attribute__((always_inline)) int part(enum kind kind, int weight) {
  volatile int sum = weight;
  return sum + kind;
}

__attribute__((noipa)) int handle(struct request *request, int weight) { return part(request->kind, weight + 1); }

__attribute__((noipa)) int done(void *request) { return request != 0; }

int main(void) {
  struct request request = {"/etc/hostname", 12, WRITE, 1};
  return handle(&request, 3) + done(&request) > 100;
}
