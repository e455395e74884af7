module millrace/cancelled-run

go 1.21
