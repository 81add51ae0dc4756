// A plan in words, for plan and replay: the counts, the notes, and what needs a person, by rule.
#pragma once

#include "commands/context.h"
#include "recovery/state.h"
#include "replay/plan.h"

namespace requeue::commands {

Json counts_json(const replay::Counts& counts);

// Where the selection takes up nothing: a note. Of a plan that is not carried out yet, nor cut off by a limit.
void note_selection(const Context& context, replay::Plan& plan);
// The plan's notes, and for each folder that was emptied and is not replayed the command that puts it back.
std::vector<std::string> notes_of(const Context& context, const recovery::State& state, const replay::Plan& plan);
Json notes_json(const std::vector<std::string>& notes);
// The first of them, at most 1000: they go into the journal with the end of a run, and its lines have an end.
Json names_json(const std::vector<std::string>& names);

struct Telling {
  std::string_view pending_word;  // "replay" in a plan, "pending" after a replay
  std::size_t named;              // so many messages of each rule are named
  std::string rest;               // the command that names the others
  bool split_left = false;        // a plan: what is left for another run is counted apart
};
void tell_plan(Context& context, const recovery::State& state, const replay::Plan& plan, const replay::Counts& counts,
               const Telling& telling);
inline constexpr std::string_view settle_held = "settle what is held as told above, or leave it held";
// Of a plan's --json: what is held, with its rule, and what is not mail; at most 1000 of each.
Json held_json(const replay::Plan& plan);
Json not_mail_json(const replay::Plan& plan);

}  // namespace requeue::commands
