// Opens the data set that the option --data names.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "datasets/fit.h"
#include "datasets/load_request.h"

namespace mininas {

// Loads the images of a parsed text.
using DatasetSource = std::function<Dataset(const LoadRequest& request)>;

// synthetic[:classes=2,size=32,channels=3,train=1000,test=400,seed=0] | cifar10:DIR[:class,class,...] | idx:DIR[:SET] |
// tiny-imagenet:DIR:ID[=NAME],... | folder:DIR[:WxH[xC]][:FIT] | csv:FILE[:WxH[xC]][:FIT]
// Throws ConfigError where the text does not have this form.
DatasetSource parse_dataset(const std::string& text);

// Parses and loads. Throws FormatError or IoError where a file is not as expected, ConfigError also where the images do
// not make a data set (an unknown class, a test class without training images). Of the request, data sets that are not
// files of single images use nothing.
Dataset open_dataset(const std::string& text, const LoadRequest& request);
Dataset open_dataset(const std::string& text, uint64_t seed);

// The text with a fit at its end (datasets/fit.h). Throws ConfigError for data sets that have none, and where the text
// names one already.
std::string with_fit(const std::string& text, const std::string& fit);

// `text` with the size, channels and fit of `other` where it names none itself and both are of images in files.
std::string with_form_of(const std::string& text, const std::string& other);

// How a text brings images to a shape: what it names, or kStretch.
Fit fit_of(const std::string& text);

// The lines that `--help` prints about --data.
std::string dataset_help();

}  // namespace mininas
