using System.Numerics;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nagumo.Symbolics;

/// <summary>Emits a kernel as a dynamic method over <see cref="ILanes{V, T}"/>.</summary>
internal sealed unsafe class EmittedKernel<T> : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Body body;

    // The code holds the addresses of the tables; this field keeps them alive.
    private readonly Tables<T> tables;

    public EmittedKernel(KernelProgram program, string name, Type lanes)
        : base(program.Operands)
    {
        tables = new(program);
        body = new Emission(program, tables, name, lanes).Emit();
    }

    private delegate void Body(Rows<T>* operands, nint rows, nint cols);

    protected override void Run(Rows<T>* operands, nint rows, nint cols) => body(operands, rows, cols);

    private sealed class Emission
    {
        private readonly KernelProgram program;
        private readonly Tables<T> tables;
        private readonly Type lanes;
        private readonly Type vector;
        private readonly int width;
        private readonly DynamicMethod method;
        private readonly ILGenerator il;
        private readonly LocalBuilder[] pointers;
        private readonly LocalBuilder[] strides;
        private readonly LocalBuilder?[] values;
        private readonly Dictionary<(int Table, int Half), LocalBuilder> tableHalves = [];
        private readonly LocalBuilder column;
        private readonly LocalBuilder tail;

        public Emission(KernelProgram program, Tables<T> tables, string name, Type lanes)
        {
            (this.program, this.tables, this.lanes) = (program, tables, lanes);
            vector = Method("Load").ReturnType;
            width = (int)lanes.GetProperty("Count")!.GetValue(null)!;
            method = new($"ng_{name}", typeof(void), [typeof(Rows<T>*), typeof(nint), typeof(nint)], typeof(EmittedKernel<T>), true);
            il = method.GetILGenerator();
            pointers = [.. Enumerable.Range(0, program.Operands).Select(_ => il.DeclareLocal(typeof(nint)))];
            strides = [.. Enumerable.Range(0, program.Operands).Select(_ => il.DeclareLocal(typeof(nint)))];
            values = new LocalBuilder?[program.Nodes.Count];
            column = il.DeclareLocal(typeof(nint));
            tail = il.DeclareLocal(typeof(nint));
        }

        /// <summary>
        /// for each row { uniforms; for each whole vector { body }; if (tail) { body on a part } }. Columns are counted in bytes.
        /// </summary>
        public Body Emit()
        {
            var row = il.DeclareLocal(typeof(nint));
            var end = il.DeclareLocal(typeof(nint));
            for (var i = 0; i < program.Operands; i++)
            {
                EmitField(i, nameof(Rows<T>.Data));
                il.Emit(OpCodes.Stloc, pointers[i]);
                EmitField(i, nameof(Rows<T>.Stride));
                il.Emit(OpCodes.Ldc_I4, sizeof(T));
                il.Emit(OpCodes.Mul);
                il.Emit(OpCodes.Stloc, strides[i]);
            }
            il.Emit(OpCodes.Ldarg_2);
            il.Emit(OpCodes.Ldc_I4, width - 1);
            il.Emit(OpCodes.Conv_I);
            il.Emit(OpCodes.And);
            il.Emit(OpCodes.Stloc, tail);
            il.Emit(OpCodes.Ldarg_2);
            il.Emit(OpCodes.Ldloc, tail);
            il.Emit(OpCodes.Sub);
            il.Emit(OpCodes.Ldc_I4, sizeof(T));
            il.Emit(OpCodes.Mul);
            il.Emit(OpCodes.Stloc, end);
            LoadTables();

            var (nextRow, done) = (il.DefineLabel(), il.DefineLabel());
            il.Emit(OpCodes.Ldc_I4_0);
            il.Emit(OpCodes.Conv_I);
            il.Emit(OpCodes.Stloc, row);
            il.MarkLabel(nextRow);
            il.Emit(OpCodes.Ldloc, row);
            il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Bge, done);
            EmitNodes(varying: false, part: false);

            var (loop, afterLoop) = (il.DefineLabel(), il.DefineLabel());
            il.Emit(OpCodes.Ldc_I4_0);
            il.Emit(OpCodes.Conv_I);
            il.Emit(OpCodes.Stloc, column);
            il.MarkLabel(loop);
            il.Emit(OpCodes.Ldloc, column);
            il.Emit(OpCodes.Ldloc, end);
            il.Emit(OpCodes.Bge, afterLoop);
            EmitNodes(varying: true, part: false);
            EmitStores(part: false);
            Increase(column, () => il.Emit(OpCodes.Ldc_I4, width * sizeof(T)));
            il.Emit(OpCodes.Br, loop);
            il.MarkLabel(afterLoop);

            if (width > 1)
            {
                var noTail = il.DefineLabel();
                il.Emit(OpCodes.Ldloc, tail);
                il.Emit(OpCodes.Brfalse, noTail);
                EmitNodes(varying: true, part: true);
                EmitStores(part: true);
                il.MarkLabel(noTail);
            }
            for (var i = 0; i < program.Operands; i++)
            {
                var stride = strides[i];
                Increase(pointers[i], () => il.Emit(OpCodes.Ldloc, stride));
            }
            Increase(row, () => il.Emit(OpCodes.Ldc_I4_1));
            il.Emit(OpCodes.Br, nextRow);
            il.MarkLabel(done);
            il.Emit(OpCodes.Ret);
            return method.CreateDelegate<Body>();
        }

        private MethodInfo Method(string name) => lanes.GetMethod(name)!;

        private void EmitField(int operand, string field)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldc_I4, operand * sizeof(Rows<T>));
            il.Emit(OpCodes.Add);
            il.Emit(OpCodes.Ldfld, typeof(Rows<T>).GetField(field)!);
        }

        private void Increase(LocalBuilder local, Action by)
        {
            il.Emit(OpCodes.Ldloc, local);
            by();
            il.Emit(OpCodes.Add);
            il.Emit(OpCodes.Stloc, local);
        }

        // 32 floats are two registers: load them once, before all loops.
        private bool InRegisters(int table) => lanes == typeof(Lanes512<float>) && Avx512F.IsSupported && tables.Mask(table) == 31;

        private void LoadTables()
        {
            for (var table = 0; table < program.Tables.Count; table++)
            {
                for (var half = 0; half < 2 && InRegisters(table); half++)
                {
                    var local = il.DeclareLocal(typeof(Vector512<float>));
                    il.Emit(OpCodes.Ldc_I8, (long)(tables[table] + (half * 16)));
                    il.Emit(OpCodes.Conv_I);
                    il.Emit(OpCodes.Call, Method("Load"));
                    il.Emit(OpCodes.Stloc, local);
                    tableHalves.Add((table, half), local);
                }
            }
        }

        private void EmitNodes(bool varying, bool part)
        {
            for (var node = 0; node < program.Nodes.Count; node++)
            {
                if (program.IsVarying(node) != varying || program.Nodes[node].Op == Op.Constant)
                    continue;
                EmitNode(program.Nodes[node], part);
                il.Emit(OpCodes.Stloc, values[node] ??= il.DeclareLocal(vector));
            }
        }

        private void EmitNode(Instruction i, bool part)
        {
            switch (i.Op)
            {
                case Op.Load:
                    EmitAddress(i.A);
                    if (i.Value != 0)
                    {
                        il.Emit(OpCodes.Ldc_I4, (int)i.Value * sizeof(T));
                        il.Emit(OpCodes.Add);
                    }
                    if (part)
                        il.Emit(OpCodes.Ldloc, tail);
                    il.Emit(OpCodes.Call, Method(part ? "LoadPart" : "Load"));
                    break;
                case Op.LoadUniform:
                    il.Emit(OpCodes.Ldloc, pointers[i.A]);
                    il.Emit(OpCodes.Ldobj, typeof(T));
                    il.Emit(OpCodes.Call, Method("Broadcast"));
                    break;
                case Op.Lookup when InRegisters(i.A):
                    il.Emit(OpCodes.Ldloc, tableHalves[(i.A, 0)]);
                    EmitValue(i.B);
                    il.Emit(OpCodes.Ldloc, tableHalves[(i.A, 1)]);
                    il.Emit(OpCodes.Call, typeof(Lanes512<T>).GetMethod("Permute")!);
                    break;
                case Op.Lookup:
                    il.Emit(OpCodes.Ldc_I8, (long)tables[i.A]);
                    il.Emit(OpCodes.Conv_I);
                    il.Emit(OpCodes.Ldc_I4, tables.Mask(i.A));
                    EmitValue(i.B);
                    il.Emit(OpCodes.Call, Method("Lookup"));
                    break;
                case Op.Shift:
                    EmitValue(i.A);
                    il.Emit(OpCodes.Ldc_I4, (int)i.Value);
                    il.Emit(OpCodes.Call, Method("Shift"));
                    break;
                default:
                    foreach (var operand in i.Operands)
                        EmitValue(operand);
                    il.Emit(OpCodes.Call, Method(i.Op.ToString()));
                    break;
            }
        }

        private void EmitStores(bool part)
        {
            for (var i = 0; i < program.Results.Count; i++)
            {
                EmitAddress(program.Streams + program.Uniforms + i);
                if (part)
                    il.Emit(OpCodes.Ldloc, tail);
                EmitValue(program.Results[i]);
                il.Emit(OpCodes.Call, Method(part ? "StorePart" : "Store"));
            }
        }

        private void EmitAddress(int operand)
        {
            il.Emit(OpCodes.Ldloc, pointers[operand]);
            il.Emit(OpCodes.Ldloc, column);
            il.Emit(OpCodes.Add);
        }

        // Constants stand where they are used: the JIT folds them into the instruction or a register.
        private void EmitValue(int node)
        {
            var i = program.Nodes[node];
            if (i.Op != Op.Constant)
            {
                il.Emit(OpCodes.Ldloc, values[node]!);
                return;
            }
            if (typeof(T) == typeof(float))
                il.Emit(OpCodes.Ldc_R4, (float)i.Value);
            else
                il.Emit(OpCodes.Ldc_R8, i.Value);
            il.Emit(OpCodes.Call, Method("Broadcast"));
        }
    }
}
