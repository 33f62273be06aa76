module curfew.example/test/outside/readings

go 1.26
