// The peer for reading mail: GMime parses the header block of each file named on standard input, and its fields are
// looked at as a plan does. Prints how many it read.
#include <gmime/gmime.h>
#include <stdio.h>
#include <string.h>

static int read_one(const char* path) {
  GMimeStream* stream = g_mime_stream_file_open(path, "r", NULL);
  if (stream == NULL) return 0;
  GMimeParser* parser = g_mime_parser_new_with_stream(stream);
  g_mime_parser_set_persist_stream(parser, TRUE);
  GMimeMessage* message = g_mime_parser_construct_message(parser, NULL);
  int good = 0;
  if (message != NULL) {
    InternetAddressList* all = g_mime_message_get_all_recipients(message);
    good = g_mime_message_get_message_id(message) != NULL && g_mime_message_get_subject(message) != NULL &&
           g_mime_message_get_date(message) != NULL && all != NULL;
    if (all != NULL) g_object_unref(all);
    g_object_unref(message);
  }
  g_object_unref(parser);
  g_object_unref(stream);
  return good;
}

int main(void) {
  char path[4096];
  long count = 0;
  g_mime_init();
  while (fgets(path, sizeof path, stdin) != NULL) {
    path[strcspn(path, "\n")] = 0;
    count += read_one(path);
  }
  printf("%ld\n", count);
  return 0;
}
