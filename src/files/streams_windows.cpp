// Alternate streams. Their names are asked by path, since NT 5.2 has no other documented way; their bytes are reached
// through the folder's handle, as everything else is.
#include <algorithm>

#include "core/wide_windows.h"
#include "files/relative.h"
#include "files/tree_windows.h"

namespace requeue::files::nt {
namespace {

class FindStreams {
 public:
  explicit FindStreams(const std::wstring& path)
      : handle_(FindFirstStreamW(path.c_str(), FindStreamInfoStandard, &found_, 0)) {}
  ~FindStreams() {
    if (works()) FindClose(handle_);
  }
  FindStreams(const FindStreams&) = delete;
  FindStreams& operator=(const FindStreams&) = delete;

  [[nodiscard]] bool works() const { return handle_ != INVALID_HANDLE_VALUE; }
  [[nodiscard]] const WIN32_FIND_STREAM_DATA& found() const { return found_; }
  bool next() { return FindNextStreamW(handle_, &found_) != 0; }

 private:
  WIN32_FIND_STREAM_DATA found_{};
  HANDLE handle_;
};

bool has_no_streams(DWORD number) {
  return number == ERROR_HANDLE_EOF || number == ERROR_NOT_SUPPORTED || number == ERROR_INVALID_FUNCTION ||
         number == ERROR_INVALID_PARAMETER || number == ERROR_CALL_NOT_IMPLEMENTED;
}

// ":NAME:$DATA" -> NAME; the main stream "::$DATA", and what is no data, give nothing.
std::string name_of_stream(std::wstring_view found) {
  constexpr std::wstring_view kind = L":$DATA";
  if (!found.starts_with(L':') || !found.ends_with(kind)) return {};
  found.remove_prefix(1);
  if (found.size() < kind.size()) return {};
  return narrow(found.substr(0, found.size() - kind.size()));
}

Result<std::vector<Stream>> list_by_path(const Path& path) {
  constexpr std::string_view what = "cannot list the alternate streams";
  std::vector<Stream> streams;
  FindStreams find(extended_text(path));
  if (!find.works()) {
    if (has_no_streams(GetLastError())) return streams;
    return last_error(what, path);
  }
  do {
    const auto name = name_of_stream(find.found().cStreamName);
    if (!name.empty()) streams.push_back({name, static_cast<std::uint64_t>(find.found().StreamSize.QuadPart)});
  } while (find.next());
  if (GetLastError() != ERROR_HANDLE_EOF) return last_error(what, path);
  std::sort(streams.begin(), streams.end(), [](const Stream& a, const Stream& b) { return a.name < b.name; });
  return streams;
}

// The stream as a file: bytes of its own, times and identity of the file that it belongs to.
class StreamReader final : public Reader {
 public:
  explicit StreamReader(std::unique_ptr<Reader> inner) : inner_(std::move(inner)) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override { return inner_->read(buffer, size); }
  Result<Status> status() override {
    auto status = inner_->status();
    if (status) status->kind = Kind::file;
    return status;
  }
  [[nodiscard]] bool reached_disk() const override { return false; }

 private:
  std::unique_ptr<Reader> inner_;
};

}  // namespace

StreamLister& stream_lister() {
  static StreamLister lister = list_by_path;
  return lister;
}

Result<Handle> open_stream_of(const Place& place, const std::string& stream, const Manner& manner, const Path& path,
                              std::string_view what) {
  const auto name = wide_name(stream);
  if (!name || name->empty() || name->find_first_of(L":\\/") != std::wstring::npos) {
    return failure(Exit::failed, std::string(what), text_of(path), "Windows has no stream of this name: " + stream);
  }
  Handle handle;
  const auto status = open_at(place.folder, place.name + L":" + *name, manner, handle);
  if (status >= 0) return handle;
  Error error = error_of_status(status, std::string(what), path);
  if (error.cause == Cause::not_found) error.why = "there is no stream of this name: " + stream;
  return failure(std::move(error));
}

Result<std::vector<Stream>> NtTree::streams(const Relative& path) {
  REQUEUE_TRY(const Status found, status(path));
  if (found.kind == Kind::link) return link_refused("cannot list the alternate streams", path_of(path));
  if (found.kind == Kind::special) return std::vector<Stream>();
  return stream_lister()(path_of(path));
}

Result<std::unique_ptr<Reader>> NtTree::open_stream(const Relative& path, const std::string& stream) {
  constexpr std::string_view what = "cannot read an alternate stream";
  REQUEUE_TRY(const Place place, at(path, what));
  Manner manner;
  manner.access = FILE_READ_DATA | to_look;
  REQUEUE_TRY(Handle handle, open_stream_of(place, stream, manner, path_of(path), what));
  return std::make_unique<StreamReader>(make_reader(std::move(handle), path_of(path)));
}

Result<void> NtTree::write_stream(const Relative& path, const std::string& stream, ByteReader& bytes) {
  constexpr std::string_view what = "cannot write an alternate stream";
  REQUEUE_TRY(const Place place, at(path, what));
  Manner manner;
  // The file first: a stream's name alone would make one that is not there.
  REQUEUE_CHECK(open_leaf(place, manner, Expect::either, path_of(path), what));
  manner.access = FILE_WRITE_DATA | to_look;
  manner.disposition = FILE_CREATE;
  REQUEUE_TRY(Handle handle, open_stream_of(place, stream, manner, path_of(path), what));
  std::vector<char> buffer(65536);
  for (;;) {
    REQUEUE_TRY(const std::size_t count, bytes.read(buffer.data(), buffer.size()));
    if (count == 0) break;
    REQUEUE_CHECK(write_whole(handle.get(), {buffer.data(), count}, path_of(path)));
  }
  return flush_handle(handle.get(), what, path_of(path));
}

}  // namespace requeue::files::nt
