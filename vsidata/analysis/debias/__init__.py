"""Write a build without questions that can be guessed, and a record of the questions left out."""
