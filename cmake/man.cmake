# requeue.1 and requeue-VERB.1 in FOLDER, as the program REQUEUE writes them. Those that it no longer has go.
function(write_page name)
  execute_process(COMMAND ${REQUEUE} man ${ARGN} OUTPUT_VARIABLE page RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "requeue man ${ARGN} ended with ${failed}")
  endif()
  file(WRITE ${FOLDER}/${name}.1 "${page}")
  set(page "${page}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${FOLDER})
write_page(requeue)
# The groff escape of a hyphen stands in the names.
string(REGEX MATCHALL "\\.BR requeue.-[a-z]+ \\(1\\)\n" verbs "${page}")
foreach(line IN LISTS verbs)
  string(REGEX REPLACE "^.BR requeue.-([a-z]+) .*" "\\1" verb "${line}")
  write_page(requeue-${verb} ${verb})
endforeach()
