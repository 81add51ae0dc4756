# A page of docs/ compiled into a room, so that what the program prints and what people read is one file.
#
#   requeue_embed(ROOM PAGE NAME)   defines `requeue::ROOM::NAME`, a std::string_view; ROOM declares it in a header
function(requeue_embed room page name)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${page})
  file(READ ${CMAKE_SOURCE_DIR}/${page} text)
  set(source ${CMAKE_BINARY_DIR}/generated/${room}_${name}.cpp)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT "#include <string_view>

namespace requeue::${room} {
extern const std::string_view ${name};
const std::string_view ${name} = R\"page(@text@)page\";
}  // namespace requeue::${room}
")
  target_sources(requeue_${room} PRIVATE ${source})
endfunction()
