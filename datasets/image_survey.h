// The first look at the files of a data set: digests and facts, before anything is decoded; and what follows for the
// form of the images.
#pragma once
#include "datasets/image_facts.h"
#include "datasets/image_files.h"

namespace mininas {

struct SurveyedFile {
  std::string sha256;
  ImageFacts facts;  // `refusal` also where the file cannot be read
};

// The first look at one file. Never throws: what cannot be read has that as its refusal.
SurveyedFile look_at(const std::filesystem::path& file);

// `files`: those that will be used, at least one. Adds to `notes` where images are distorted.
ImageForm settle_form(const std::vector<SurveyedFile>& files, const FormChoice& choice, const LoadRequest& request,
                      const std::string& text_of_data, std::vector<std::string>& notes);

// "a.jpg, b.jpg, c.jpg and 4 more"
std::string first_few(const std::vector<std::string>& names);

}  // namespace mininas
